package dev.weft.server.embed;

import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.id.IdSource;
import dev.weft.crdt.id.PeerId;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.gateway.DocumentRouter;
import dev.weft.server.link.LinkLimits;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Opens aware documents inside this node, wherever their owners are. Thread-safe.
 *
 * <p>Whoever writes into a document is known in it for ever, so peers are not made anew for every opening: one that is
 * done becomes the peer of the next.
 */
public final class Documents {
    private static final int WORKERS_PER_GATEWAY = 1;

    /** Peers that are kept for the next opening; more are needed only while more are open at once. */
    private static final int FREE_PEERS_MAX = 1_000;

    private final Vertx vertx;
    private final EmbedLimits limits;
    private final WallClock wallClock;
    private final IdSource ids;
    private final List<LocalGateway> gateways = new ArrayList<>();
    private final List<String> deployments = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong nextSession = new AtomicLong(1);
    private final Deque<PeerId> freePeers = new ArrayDeque<>();
    private final ConcurrentHashMap<OpenDocument, PeerId> peers = new ConcurrentHashMap<>();
    private final String sessionPrefix;

    /**
     * @param firstIndex the number of gateways of the node that have sockets
     * @param linkLimits those of client links
     * @param nowMillis a clock that never goes backwards
     */
    public Documents(
            Vertx vertx,
            NodeInbox inbox,
            DocumentRouter router,
            PluginChain plugins,
            int firstIndex,
            LinkLimits linkLimits,
            EmbedLimits limits,
            WallClock wallClock,
            IdSource ids,
            LongSupplier nowMillis) {
        this.vertx = vertx;
        this.limits = limits;
        this.wallClock = wallClock;
        this.ids = ids;
        this.sessionPrefix = "local-" + inbox.nodeId() + "-";
        var around = new LocalGateway.Surroundings(inbox, router, plugins, linkLimits, limits, nowMillis);
        for (int i = 0; i < limits.gateways(); i++) {
            gateways.add(new LocalGateway(firstIndex + i, around));
        }
    }

    public Future<Void> start() {
        List<Future<String>> deployed = new ArrayList<>();
        for (LocalGateway gateway : gateways) {
            DeploymentOptions worker = new DeploymentOptions()
                    .setThreadingModel(ThreadingModel.WORKER)
                    .setWorkerPoolName("weft-documents")
                    .setWorkerPoolSize(WORKERS_PER_GATEWAY * limits.gateways());
            deployed.add(vertx.deployVerticle(gateway, worker).onSuccess(deployments::add));
        }
        return Future.all(deployed).mapEmpty();
    }

    public Future<Void> stop() {
        List<Future<Void>> undeployed = new ArrayList<>();
        List.copyOf(deployments).forEach(id -> undeployed.add(vertx.undeploy(id)));
        deployments.clear();
        return Future.join(undeployed).mapEmpty();
    }

    /** A node is gone. Called on any thread. */
    public void nodeLeft(String nodeId) {
        gateways.forEach(gateway -> gateway.nodeLeft(nodeId));
    }

    /** How many are open now. */
    public int openCount() {
        return open.get();
    }

    /**
     * Opens a document that exists.
     *
     * @return fails with {@link dev.weft.server.storage.DocumentNotFoundException} if it does not, with {@link
     *     DocumentUnavailableException} if it cannot be had now, with {@link IllegalArgumentException} if no document can
     *     have this id ({@link DocumentKey#faultOf})
     */
    public Future<OpenDocument> open(String documentId) {
        return open(documentId, false);
    }

    /** {@link #open}, and if there is no such document it is created, empty. */
    public Future<OpenDocument> openOrCreate(String documentId) {
        return open(documentId, true);
    }

    private Future<OpenDocument> open(String documentId, boolean create) {
        String fault = DocumentKey.faultOf(documentId, DocumentKey.ID_BYTES_MAX);
        if (fault != null) {
            return Future.failedFuture(new IllegalArgumentException(fault));
        }
        DocumentKey key = DocumentKey.aware(documentId);
        if (deployments.isEmpty()) {
            return Future.failedFuture(new DocumentClosedException(documentId));
        }
        if (open.incrementAndGet() > limits.openMax()) {
            open.decrementAndGet();
            return Future.failedFuture(
                    new DocumentUnavailableException("This node has " + limits.openMax() + " documents open already"));
        }
        LocalGateway gateway = gateways.get(Math.floorMod(documentId.hashCode(), gateways.size()));
        PeerId peer = takePeer();
        LocalSession session = new LocalSession(
                key,
                create,
                sessionPrefix + nextSession.getAndIncrement(),
                gateway,
                () -> new Document(DocumentOptions.builder()
                        .documentId(documentId)
                        .peerId(peer)
                        .wallClock(wallClock)
                        .idSource(ids)
                        .build()));
        OpenDocument document = new OpenDocument(vertx, gateway, session, this::closed);
        peers.put(document, peer);
        return document.open();
    }

    private void closed(OpenDocument document) {
        open.decrementAndGet();
        PeerId peer = peers.remove(document);
        synchronized (freePeers) {
            // One whose edits may still be under way would begin again without them, and use their ids once more.
            if (document.session().isSettled() && freePeers.size() < FREE_PEERS_MAX) {
                freePeers.addLast(peer);
            }
        }
    }

    private PeerId takePeer() {
        synchronized (freePeers) {
            PeerId free = freePeers.pollFirst();
            return free == null ? ids.nextPeerId() : free;
        }
    }
}
