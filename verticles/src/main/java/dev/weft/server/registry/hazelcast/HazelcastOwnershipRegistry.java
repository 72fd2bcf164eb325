package dev.weft.server.registry.hazelcast;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.map.listener.MapPartitionLostListener;
import dev.weft.cluster.ClusterMembership;
import dev.weft.cluster.ClusterNode;
import dev.weft.cluster.ClusteredVertx;
import dev.weft.cluster.HazelcastConfigFactory;
import dev.weft.cluster.MembershipListener;
import dev.weft.server.registry.Claim;
import dev.weft.server.registry.ClaimRounds;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.RegistryListener;
import dev.weft.server.registry.RegistryListener.Doubt;
import dev.weft.server.registry.RegistryUnavailableException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Three kinds of thread meet here, and only one direction is allowed. Callers are event loops: they use Hazelcast's
 * asynchronous calls only, and get their answers on their own context. Calls that have no asynchronous form (whole-map
 * queries, "is the cluster safe") run on a worker pool of two threads. Hazelcast's own threads do nothing but hand events
 * to the registry's context, because a call back into Hazelcast from its listener thread can lock up the member.
 */
/** The registry on a map with two backups. One per node; see {@link OwnershipRegistry} for the promises. */
public final class HazelcastOwnershipRegistry implements OwnershipRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(HazelcastOwnershipRegistry.class);

    /** A claim must leave time for the store and the load within the 4 s that a handshake may wait. */
    private static final long CALL_TIMEOUT_MILLIS = 2_000;

    private static final long SAFETY_CHECK_MILLIS = 1_000;
    /** Losing a member can lose many partitions, and a merge replace many entries: one reason to re-assert, not hundreds. */
    private static final long DOUBT_DELAY_MILLIS = 100;
    /** Entries of a dead node that nobody has claimed meanwhile are removed after this. */
    private static final long SWEEP_DELAY_MILLIS = 30_000;

    private static final int WORKERS = 2;

    private final Vertx vertx;
    private final HazelcastInstance hazelcast;
    private final ClusterMembership membership;
    private final IMap<String, OwnershipEntry> owners;
    private final WorkerExecutor workers;
    private final Context events;
    private final List<RegistryListener> listeners = new CopyOnWriteArrayList<>();
    private final MembershipListener membershipListener = new MembershipEvents();
    private UUID lossRegistration;
    private UUID mergeRegistration;
    private long safetyTimer;
    /** What will be told in a moment. Touched on {@link #events} only. */
    private final Set<Doubt> doubts = EnumSet.noneOf(Doubt.class);

    private volatile boolean clusterSafe;
    private volatile boolean closed;

    private HazelcastOwnershipRegistry(
            Vertx vertx, HazelcastInstance hazelcast, ClusterMembership membership, WorkerExecutor workers) {
        this.vertx = vertx;
        this.hazelcast = hazelcast;
        this.membership = membership;
        this.workers = workers;
        this.owners = hazelcast.getMap(HazelcastConfigFactory.OWNERS_MAP);
        this.events = vertx.getOrCreateContext();
    }

    /** Opens the registry of a node. The first touch of a map blocks, so it is done here and on a worker. */
    public static Future<HazelcastOwnershipRegistry> open(ClusteredVertx node) {
        WorkerExecutor workers = node.vertx().createSharedWorkerExecutor("weft-registry", WORKERS);
        return workers.executeBlocking(
                        () -> new HazelcastOwnershipRegistry(node.vertx(), node.hazelcast(), node.membership(), workers)
                                .start(),
                        false)
                .onFailure(cause -> workers.close());
    }

    private HazelcastOwnershipRegistry start() {
        lossRegistration =
                owners.addPartitionLostListener((MapPartitionLostListener) event -> doubt(Doubt.COPIES_LOST));
        // The half that joins the other hears of it as a whole. The half that is joined keeps its members and its map,
        // in
        // which entries of the other outrank its own, and its owners are not told by anybody else.
        mergeRegistration = owners.addEntryListener(
                (EntryMergedListener<String, OwnershipEntry>) entry -> doubt(Doubt.MERGED), false);
        membership.listen(membershipListener);
        clusterSafe = hazelcast.getPartitionService().isClusterSafe();
        safetyTimer = vertx.setPeriodic(SAFETY_CHECK_MILLIS, timer -> checkSafety());
        return this;
    }

    @Override
    public String localNode() {
        return membership.localId();
    }

    @Override
    public Future<Optional<Ownership>> lookup(DocumentKey key) {
        return call("lookup", key, () -> owners.getAsync(nameOf(key)))
                .map(entry -> Optional.ofNullable(OwnershipEntry.valueOf(entry)));
    }

    @Override
    public Future<Ownership> claim(DocumentKey key, Claim claim) {
        return new ClaimRounds(
                        round -> submit("claim", key, new ClaimProcessor(round)).map(OwnershipEntry::ownership),
                        this::members)
                .claim(claim);
    }

    @Override
    public Future<Boolean> activate(DocumentKey key, String claimId, long epoch) {
        return submit("activate", key, new ActivateProcessor(claimId, epoch));
    }

    @Override
    public Future<Boolean> release(DocumentKey key, String claimId, String hint) {
        return submit("release", key, new ReleaseProcessor(claimId, hint));
    }

    @Override
    public Future<Ownership> reassert(DocumentKey key, Ownership mine) {
        return submit("reassert", key, new ReassertProcessor(mine)).map(OwnershipEntry::ownership);
    }

    @Override
    public Future<List<DocumentKey>> ownedBy(String nodeId) {
        return onWorker("list", () -> owners.keySet(new OwnedBy(nodeId)).stream()
                .map(HazelcastOwnershipRegistry::keyOf)
                .sorted()
                .toList());
    }

    @Override
    public Future<Map<String, Integer>> loads() {
        return onWorker("count", () -> Map.copyOf(owners.aggregate(new LoadCount())));
    }

    @Override
    public Set<String> members() {
        return new LinkedHashSet<>(membership.nodes().keySet());
    }

    @Override
    public boolean isClusterSafe() {
        return clusterSafe;
    }

    @Override
    public void listen(RegistryListener listener) {
        listeners.add(listener);
    }

    @Override
    public void ignore(RegistryListener listener) {
        listeners.remove(listener);
    }

    @Override
    public Future<Void> close() {
        if (closed) {
            return Future.succeededFuture();
        }
        closed = true;
        vertx.cancelTimer(safetyTimer);
        membership.ignore(membershipListener);
        listeners.clear();
        try {
            return workers.executeBlocking(
                            () -> owners.removePartitionLostListener(lossRegistration)
                                    && owners.removeEntryListener(mergeRegistration),
                            false)
                    .eventually(workers::close)
                    .mapEmpty();
        } catch (RejectedExecutionException e) {
            // Vert.x is closed already and has taken the workers along.
            return Future.succeededFuture();
        }
    }

    private <R> Future<R> submit(String what, DocumentKey key, OwnershipProcessor<R> processor) {
        return call(what, key, () -> owners.submitToKey(nameOf(key), processor));
    }

    private <T> Future<T> call(String what, DocumentKey key, Supplier<CompletionStage<T>> asynchronous) {
        if (closed) {
            return Future.failedFuture(new RegistryUnavailableException("the registry is closed", null));
        }
        try {
            return Future.fromCompletionStage(asynchronous.get(), vertx.getOrCreateContext())
                    .timeout(CALL_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                    .recover(cause -> Future.failedFuture(translate(what + " of " + key, cause)));
        } catch (HazelcastException | IllegalStateException e) {
            return Future.failedFuture(translate(what + " of " + key, e));
        }
    }

    private <T> Future<T> onWorker(String what, Callable<T> query) {
        if (closed) {
            return Future.failedFuture(new RegistryUnavailableException("the registry is closed", null));
        }
        try {
            return workers.executeBlocking(query, false)
                    .recover(cause -> Future.failedFuture(translate(what + " of documents", cause)));
        } catch (RejectedExecutionException e) {
            return Future.failedFuture(translate(what + " of documents", e));
        }
    }

    private static Throwable translate(String what, Throwable cause) {
        if (cause instanceof TimeoutException) {
            return new RegistryUnavailableException(
                    "no answer to " + what + " in " + CALL_TIMEOUT_MILLIS + " ms", cause);
        }
        return cause instanceof Error
                ? cause
                : new RegistryUnavailableException(what + " failed: " + cause.getMessage(), cause);
    }

    private void checkSafety() {
        onWorker("check", () -> hazelcast.getPartitionService().isClusterSafe())
                .onComplete(safe -> clusterSafe = safe.succeeded() && safe.result());
    }

    private void doubt(Doubt doubt) {
        events.runOnContext(v -> {
            if (doubts.add(doubt)) {
                vertx.setTimer(DOUBT_DELAY_MILLIS, timer -> {
                    doubts.remove(doubt);
                    tell(listener -> listener.entriesDoubtful(doubt));
                });
            }
        });
    }

    private void tell(Consumer<RegistryListener> call) {
        for (RegistryListener listener : listeners) {
            try {
                call.accept(listener);
            } catch (RuntimeException e) {
                LOG.error("A registry listener failed; the others are told", e);
            }
        }
    }

    /**
     * Removes what a dead node has left and nobody wanted since; documents in use were claimed long before. The oldest
     * node does it for all.
     */
    private void sweepLater(String deadNode) {
        vertx.setTimer(SWEEP_DELAY_MILLIS, timer -> {
            boolean isOldest =
                    members().stream().findFirst().filter(localNode()::equals).isPresent();
            if (closed || !isOldest || membership.contains(deadNode)) {
                return;
            }
            onWorker("sweep", () -> {
                        owners.removeAll(new OwnedBy(deadNode));
                        return null;
                    })
                    .onFailure(cause -> LOG.info("Entries of node {} stay until they are claimed", deadNode, cause));
        });
    }

    /** The key in the map. A string, so that any tool can read it. */
    static String nameOf(DocumentKey key) {
        return (key.kind() == DocumentKind.AWARE ? "a/" : "r/") + key.id();
    }

    static DocumentKey keyOf(String name) {
        return new DocumentKey(name.charAt(0) == 'a' ? DocumentKind.AWARE : DocumentKind.RELAY, name.substring(2));
    }

    /** The membership's thread may call Hazelcast, but listeners are promised an event loop. */
    private final class MembershipEvents implements MembershipListener {
        @Override
        public void nodeJoined(ClusterNode node) {
            events.runOnContext(v -> tell(listener -> listener.nodeJoined(node.id())));
        }

        @Override
        public void nodeLeft(ClusterNode node) {
            events.runOnContext(v -> {
                tell(listener -> listener.nodeLeft(node.id()));
                sweepLater(node.id());
            });
        }

        @Override
        public void merged() {
            doubt(Doubt.MERGED);
        }
    }
}
