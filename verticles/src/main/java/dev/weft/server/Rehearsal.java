package dev.weft.server;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.AwareDocumentLoader;
import dev.weft.server.document.DocumentDeployer;
import dev.weft.server.document.DocumentLoader;
import dev.weft.server.document.RelayRoomLoader;
import dev.weft.server.event.EventStream;
import dev.weft.server.limits.LimitCounters;
import dev.weft.server.limits.NodeLimits;
import dev.weft.server.limits.ResidentBytes;
import dev.weft.server.observe.ServerMetrics;
import dev.weft.server.observe.SlowLimits;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.Claim;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.memory.InMemoryOwnershipRegistry;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does once before it is ready: it hosts two documents that nobody will ever see, asks the registry for a key
 * nobody uses, and asks the store for a document that does not exist. The first document that comes here from another node
 * then finds all classes loaded and all connections open, and people do not wait for that. Nothing of it stays, and a failure
 * is no reason not to start.
 */
final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final long MILLIS_MAX = 3_000;
    private static final String STAGE = "rehearsal";
    private static final int PAGE_BYTES = 1 << 16;

    /** At once, so that a pool of connections opens that many. */
    private static final int READS = 4;

    private final Vertx vertx;
    private final ServerOptions options;
    private final LongSupplier nanoTime;
    private final Supplier<String> newIds;
    private final NodeInbox inbox;
    private final InMemoryDocumentStore memory = InMemoryDocumentStore.over(new InMemoryDocumentStore.Contents());
    private final Map<DocumentKey, Promise<Void>> served = new ConcurrentHashMap<>();
    private final List<byte[]> changes = changes();
    private DocumentDeployer deployer;

    private Rehearsal(Vertx vertx, ServerOptions options, LongSupplier nanoTime, Supplier<String> newIds) {
        this.vertx = vertx;
        this.options = options;
        this.nanoTime = nanoTime;
        this.newIds = newIds;
        this.inbox = new NodeInbox(vertx, STAGE);
    }

    /**
     * Completes when all is done, has failed or has taken too long; never fails.
     *
     * @param nanoTime a clock that only runs forward
     * @param newIds unlike any other, of claims and of documents that do not exist
     */
    static Future<Void> run(
            Vertx vertx,
            ServerOptions options,
            OwnershipRegistry registry,
            DocumentStore store,
            LongSupplier nanoTime,
            Supplier<String> newIds) {
        long startedNanos = nanoTime.getAsLong();
        Rehearsal rehearsal = new Rehearsal(vertx, options, nanoTime, newIds);
        return Future.join(rehearsal.host(), rehearsal.ask(registry), rehearsal.ask(store))
                .timeout(MILLIS_MAX, TimeUnit.MILLISECONDS)
                .onFailure(cause -> LOG.debug("Not all could be rehearsed: {}", cause.toString()))
                .transform(done -> {
                    LOG.debug("Rehearsed in {} ms", TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - startedNanos));
                    return Future.succeededFuture();
                });
    }

    private Future<Void> ask(OwnershipRegistry registry) {
        DocumentKey key = DocumentKey.aware(STAGE + "-" + registry.localNode());
        String claimId = newIds.get();
        return registry.lookup(key)
                .compose(none -> registry.claim(key, Claim.of(claimId, registry.localNode())))
                .compose(claimed -> registry.activate(key, claimId, 1))
                .compose(active -> registry.release(key, claimId, null))
                .mapEmpty();
    }

    /** Each call fails, as it must: there is no such document. */
    private Future<Void> ask(DocumentStore store) {
        DocumentKey key = DocumentKey.aware(STAGE + "-" + newIds.get());
        List<Future<?>> reads = new ArrayList<>();
        for (int i = 0; i < READS; i++) {
            reads.add(store.load(key, 1));
        }
        return store.claim(key, false)
                .transform(none -> Future.join(reads))
                .transform(none -> store.readRuns(key, 1, 0, PAGE_BYTES))
                .transform(none -> store.read(key, 1, 0, PAGE_BYTES))
                .transform(none -> store.append(key, 1, 1, List.of(new byte[1])))
                .transform(none -> Future.succeededFuture());
    }

    private Future<Void> host() {
        deployer = deployer();
        inbox.documents(deployer::receive);
        inbox.addGateway(0, this::receive);
        DocumentKey aware = DocumentKey.aware(STAGE);
        DocumentKey relay = DocumentKey.relay(STAGE);
        return memory.open()
                // So that there is something to load.
                .compose(opened -> memory.claim(aware, true))
                .compose(epoch -> memory.append(aware, epoch, 1, changes.subList(0, 1)))
                .compose(appended -> Future.join(serve(aware), serve(relay)))
                .compose(done -> deployer.drain(List.of()))
                .eventually(memory::close);
    }

    private Future<Void> serve(DocumentKey key) {
        Promise<Void> promise = Promise.promise();
        served.put(key, promise);
        deployer.receive(new OwnerMessage.Attach(key, link(), true, VersionVector.EMPTY, 0, 0, 1, null, 0, ""));
        return promise.future();
    }

    private void receive(LinkMessage message) {
        if (message instanceof LinkMessage.Attached attached) {
            DocumentKey key = attached.key();
            long epoch = attached.epoch();
            deployer.receive(new OwnerMessage.ReadState(key, link(), epoch, 1, STAGE, null, 0, PAGE_BYTES));
            deployer.receive(new OwnerMessage.Submit(key, link(), epoch, 1, STAGE, changes.subList(1, 2)));
        } else if (message instanceof LinkMessage.Accepted accepted) {
            served.get(accepted.key()).tryComplete();
        }
    }

    private static LinkAddress link() {
        return new LinkAddress(STAGE, 0, 1);
    }

    private DocumentDeployer deployer() {
        EventStream events = new EventStream(STAGE, WallClock.SYSTEM);
        PluginChain plugins = new PluginChain(List.of(), nanoTime, events);
        DocumentLoader loader = DocumentLoader.byKind(
                new AwareDocumentLoader(options.hosting(), WallClock.SYSTEM, plugins, () -> STAGE),
                new RelayRoomLoader(options.hosting(), options.rooms(), plugins, () -> STAGE));
        return new DocumentDeployer(
                vertx,
                InMemoryOwnershipRegistry.alone(STAGE),
                memory,
                inbox,
                loader,
                options.hosting(),
                events,
                options.ownership(),
                newIds,
                options.passivateMillis(),
                new ServerMetrics(new SimpleMeterRegistry(), SlowLimits.DEFAULT).documents(),
                new NodeLimits(new LimitCounters(), new ResidentBytes(options.residentBytesMax())));
    }

    private static List<byte[]> changes() {
        Document document =
                new Document(DocumentOptions.builder().documentId(STAGE).build());
        List<byte[]> changes = new ArrayList<>();
        document.onLocalChange((Change change) -> changes.add(change.encoded()));
        FugueTextHandler text = new FugueTextHandler(document, "text");
        text.insert(0, "one");
        text.insert(3, " two");
        return changes;
    }
}
