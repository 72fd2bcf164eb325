package dev.weft.server.gateway;

import dev.weft.crdt.clock.WallClock;
import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.Message;
import dev.weft.server.auth.Revocation;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.event.EventStream;
import dev.weft.server.limits.LimitCounters;
import dev.weft.server.observe.GatewayLoad;
import dev.weft.server.observe.GatewayMetrics;
import dev.weft.server.observe.ServerMetrics;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves client sockets; one instance per event loop, all on one port. Turns client messages into inputs of links and
 * performs what the links decide. Confined to its context.
 */
final class GatewayVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayVerticle.class);
    private static final int TICK_MILLIS = 100;

    /** Sessions that are sent to other nodes at once, and the pause before the next, so that those are not overrun. */
    private static final int DRAIN_BATCH = 200;

    private static final int DRAIN_PAUSE_MILLIS = 20;

    private static final int SESSION_ID_BYTES = 16;

    /** How long a socket that cannot be cut at once may wait for a peer that does not read. */
    private static final int ABORT_SECONDS = 1;

    /** Threads for large messages, of all gateways of a node. Half the processors, so that event loops have the others. */
    private static final int DECODERS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private final int index;
    private final GatewayOptions options;
    private final NodeInbox inbox;
    private final DocumentRouter router;
    private final PluginChain plugins;
    private final Doorkeeper door;
    private final EventStream events;
    private final SentEvents sent;
    private final MessageCodec plainCodec;
    private final Map<Compressor, MessageCodec> codecs = new HashMap<>();
    private final WallClock wallClock;
    private final IntConsumer listening;
    private final SecureRandom random = new SecureRandom();

    private final ClientConnections connections = new ClientConnections(this);
    private final ServerMetrics serverMetrics;
    private final GatewayMetrics metrics;
    private final GatewayLinks links;
    private final Upgrades upgrades;
    private final Supplier<GatewayLoad> published = () -> this.load;
    private volatile GatewayLoad load = GatewayLoad.NONE;
    private boolean isLeaving;
    private HttpServer server;
    private WorkerExecutor decoders;
    private Context ownContext;
    private volatile Thread ownThread;

    /** @param listening told the port once it listens */
    GatewayVerticle(int index, GatewayOptions options, NodeGateways.Surroundings around, IntConsumer listening) {
        this.index = index;
        this.options = options;
        this.inbox = around.inbox();
        this.router = around.router();
        this.plugins = around.plugins();
        this.door = around.door();
        this.events = around.events();
        this.sent = new SentEvents(events);
        this.plainCodec = new MessageCodec(WireMode.ANY, options.frames(), plugins.codecs());
        this.wallClock = around.wallClock();
        this.serverMetrics = around.metrics();
        this.metrics = serverMetrics.gateway();
        this.links = new GatewayLinks(this, index, inbox, router);
        this.upgrades = new Upgrades(this);
        this.listening = listening;
    }

    @Override
    public Future<?> start() {
        ownContext = context;
        ownThread = Thread.currentThread();
        inbox.addGateway(index, message -> {
            long arrivedAtNanos = metrics.nanoTime();
            later(() -> links.receive(message, arrivedAtNanos));
        });
        decoders = vertx.createSharedWorkerExecutor("weft-decoder", DECODERS);
        publishLoad();
        serverMetrics.addGateway(published);
        vertx.setPeriodic(TICK_MILLIS, timer -> tick());
        if (options.isMounted()) {
            return Future.succeededFuture();
        }
        HttpServerOptions http = Upgrades.serverOptions(options);
        Optional<ServerTls> tls = options.tls()
                .map(files -> new ServerTls(
                        vertx,
                        files,
                        new CountedTls(door.counts(), door.counters()),
                        options.connections().upgradeMillisMax()));
        tls.ifPresent(encryption -> encryption.configure(http));
        server = vertx.createHttpServer(http);
        upgrades.serve(server, ownContext);
        return server.listen()
                .compose(bound -> tls.map(encryption -> encryption.watch(bound)).orElse(Future.succeededFuture()))
                .onSuccess(ready -> listening.accept(server.actualPort()));
    }

    @Override
    public Future<?> stop() {
        isLeaving = true;
        inbox.removeGateway(index);
        serverMetrics.removeGateway(published);
        if (options.isMounted()) {
            connections.handOver(Integer.MAX_VALUE);
        }
        return server == null ? Future.succeededFuture() : server.close();
    }

    /**
     * Hands every session over to another node, a few at a time (spec protocol 1.7, D11). Completes when all were sent
     * away; new ones are refused. Called on any thread.
     */
    Future<Void> drain() {
        Promise<Void> drained = Promise.promise();
        ownContext.runOnContext(run -> {
            isLeaving = true;
            drainBatch(drained);
        });
        return drained.future();
    }

    private void drainBatch(Promise<Void> drained) {
        if (connections.handOver(DRAIN_BATCH)) {
            vertx.setTimer(DRAIN_PAUSE_MILLIS, later -> drainBatch(drained));
        } else {
            drained.complete();
        }
    }

    /** Serves a request of somebody else's server; refuses it if it asks for no WebSocket. Called on any context. */
    void accept(HttpServerRequest request) {
        upgrades.accept(request, vertx.getOrCreateContext());
    }

    /** Whether the caller is on this gateway's thread, to which all its state is confined. */
    boolean isHere() {
        return Thread.currentThread() == ownThread;
    }

    /** Whether it is this gateway's own context: another may share its thread. */
    boolean isOwn(Context other) {
        return other == ownContext;
    }

    /** Runs the action on this gateway's thread, after what runs there now. Called on any thread. */
    void later(Runnable action) {
        ownContext.runOnContext(run -> action.run());
    }

    /** The handler, called on this gateway's thread whatever the thread of the event. */
    <T> Handler<T> here(Handler<T> handler) {
        return event -> {
            if (isHere()) {
                handler.handle(event);
            } else {
                ownContext.runOnContext(run -> handler.handle(event));
            }
        };
    }

    String newSessionId() {
        byte[] id = new byte[SESSION_ID_BYTES];
        random.nextBytes(id);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    }

    /** Drops the TCP connection without waiting for a close handshake. */
    void abort(ServerWebSocket socket) {
        if (socket instanceof WebSocketInternal internal) {
            internal.channelHandlerContext().close();
        } else {
            socket.shutdown(ABORT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** The clients that have a document open; called on any thread. */
    Future<List<SessionInfo>> sessions(DocumentKey key) {
        return onOwnContext(() -> connections.sessions(key));
    }

    /** A node is gone; called on any thread. */
    void nodeLeft(String nodeId) {
        if (ownContext != null) {
            later(() -> links.nodeLeft(nodeId));
        }
    }

    /** What somebody was granted is taken back; called on any thread. */
    void revoked(Revocation revocation) {
        if (ownContext != null) {
            later(() -> connections.revoked(revocation));
        }
    }

    private void tick() {
        long now = nowMillis();
        upgrades.tick(now);
        connections.tick(now);
        links.tick(now);
        publishLoad();
    }

    private void publishLoad() {
        load = new GatewayLoad(
                connections.count(),
                links.count(),
                links.unacknowledgedBytes(),
                connections.count(connection -> connection.pauses().isPaused()),
                connections.count(ClientConnection::isCongested),
                metrics.nanoTime());
    }

    /** Of which kind a document is that exists; nothing happens if there is none, or the answer cannot be had. */
    void kindOf(String documentId, Consumer<DocumentKind> found) {
        router.kindOf(documentId)
                .onSuccess(kind -> kind.ifPresent(known -> ownContext.runOnContext(run -> found.accept(known))))
                .onFailure(cause -> LOG.debug("The kind of {} is not known: {}", documentId, cause.getMessage()));
    }

    // What connections use.

    /** Decodes a large frame on a thread for that. @param then told what came of it, and when it began */
    void decodeElsewhere(Callable<Message> decoding, ObjLongConsumer<AsyncResult<Message>> then) {
        long beganAtNanos = links.frameTime();
        Future<Message> decoded;
        try {
            decoded = decoders.executeBlocking(decoding, false);
        } catch (RejectedExecutionException e) {
            LOG.debug("A large frame came after this gateway was stopped; its socket follows");
            return;
        }
        whenDone(decoded, answer -> then.accept(answer, beganAtNanos));
    }

    MessageCodec codec(Compressor compressor) {
        return codecs.computeIfAbsent(compressor, plainCodec::withCompressor);
    }

    /** Says something to one session. @return whether it is here; not, whether it was read. Called on any thread */
    Future<Boolean> send(String sessionId, Message message) {
        return onOwnContext(() -> connections.send(sessionId, message));
    }

    /**
     * Says the same to everybody here who has a document open.
     *
     * @param except sessions that are not told
     * @return how many were told. Called on any thread
     */
    Future<Integer> broadcast(DocumentKey key, Message message, Set<String> except) {
        return onOwnContext(() -> connections.broadcast(key, message, except));
    }

    private <T> Future<T> onOwnContext(Supplier<T> action) {
        Promise<T> done = Promise.promise();
        ownContext.runOnContext(run -> {
            try {
                done.complete(action.get());
            } catch (RuntimeException e) {
                // A message that no codec here writes, for instance: the caller's affair.
                done.fail(e);
            }
        });
        return done.future();
    }

    /** Connections it has now. May be called on any thread. */
    int connectionCount() {
        return connections.count();
    }

    ClientConnections connections() {
        return connections;
    }

    boolean isLeaving() {
        return isLeaving;
    }

    GatewayLinks links() {
        return links;
    }

    EventStream events() {
        return events;
    }

    SentEvents sent() {
        return sent;
    }

    PluginChain plugins() {
        return plugins;
    }

    GatewayOptions options() {
        return options;
    }

    Doorkeeper door() {
        return door;
    }

    LimitCounters counters() {
        return door.counters();
    }

    /** At once if it is complete, and else on this context. */
    <T> void whenDone(Future<T> future, Handler<AsyncResult<T>> action) {
        if (future.isComplete()) {
            action.handle(future);
        } else {
            future.onComplete(answer -> ownContext.runOnContext(run -> action.handle(answer)));
        }
    }

    GatewayMetrics metrics() {
        return metrics;
    }

    long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }

    long wallMillis() {
        return wallClock.millis();
    }
}
