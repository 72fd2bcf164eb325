package dev.weft.server.gateway;

import dev.weft.crdt.clock.WallClock;
import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.Message;
import dev.weft.server.auth.CredentialsReader;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.Revocation;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.event.EventStream;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.limits.ConnectionCounts;
import dev.weft.server.limits.LimitCounters;
import dev.weft.server.link.AwareLink;
import dev.weft.server.link.DocumentLink;
import dev.weft.server.link.LinkEffect;
import dev.weft.server.link.RelayLink;
import dev.weft.server.observe.GatewayLoad;
import dev.weft.server.observe.GatewayMetrics;
import dev.weft.server.observe.ServerMetrics;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.plugin.ServerPlugin;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves client sockets; one instance per event loop, all on one port. Turns client messages into inputs of links and
 * performs what the links decide. Confined to its context.
 */
public final class GatewayVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayVerticle.class);
    private static final int TICK_MILLIS = 100;

    /** Sessions that are sent to other nodes at once, and the pause before the next, so that those are not overrun. */
    private static final int DRAIN_BATCH = 200;

    private static final int DRAIN_PAUSE_MILLIS = 20;

    private static final String WEBSOCKET_VERSION = "13";
    private static final int SESSION_ID_BYTES = 16;

    /** How long a socket that cannot be cut at once may wait for a peer that does not read. */
    private static final int ABORT_SECONDS = 1;

    /** Room for the longest token in the query, with every character of it escaped. */
    private static final int REQUEST_LINE_BYTES_MAX = 32 << 10;

    private static final int HEADER_BYTES_MAX = 16 << 10;
    private static final int BAD_REQUEST = 400;
    private static final int UNAVAILABLE = 503;
    private static final int TCP_BACKLOG = 4_096;
    private static final int TCP_USER_TIMEOUT_MILLIS = 10_000;

    /** What all gateways of a node share. */
    public record Surroundings(
            NodeInbox inbox,
            DocumentRouter router,
            PluginChain plugins,
            Doorkeeper door,
            EventStream events,
            ServerMetrics metrics,
            WallClock wallClock) {}

    private final int index;
    private final GatewayOptions options;
    private final NodeInbox inbox;
    private final DocumentRouter router;
    private final PluginChain plugins;
    private final Doorkeeper door;
    private final EventStream events;
    private final SentEvents sent;
    private final PendingConnections pending;
    private final MessageCodec plainCodec;
    private final Map<Compressor, MessageCodec> codecs = new HashMap<>();
    private final WallClock wallClock;
    private final IntConsumer listening;
    private final SecureRandom random = new SecureRandom();

    private final Map<String, ClientConnection> connections = new LinkedHashMap<>();
    private final Map<DocumentKey, DocumentLink> links = new HashMap<>();
    private final Map<Long, DocumentLink> linksByNumber = new HashMap<>();
    private final Map<Long, OwnerTimes> times = new HashMap<>();
    private final ServerMetrics serverMetrics;
    private final GatewayMetrics metrics;
    private final Supplier<GatewayLoad> published = () -> this.load;
    private volatile GatewayLoad load = GatewayLoad.NONE;
    private long nextLink = 1;
    private long frameAtNanos;
    private boolean isLeaving;
    private volatile int connectionCount;
    private HttpServer server;
    private Context ownContext;
    private volatile Thread ownThread;

    /** @param listening told the port once it listens */
    public GatewayVerticle(int index, GatewayOptions options, Surroundings around, IntConsumer listening) {
        this.index = index;
        this.options = options;
        this.inbox = around.inbox();
        this.router = around.router();
        this.plugins = around.plugins();
        this.door = around.door();
        this.events = around.events();
        this.sent = new SentEvents(events);
        this.pending = new PendingConnections(options.connections(), door.counts(), door.counters());
        this.plainCodec = new MessageCodec(WireMode.ANY, options.frames(), plugins.codecs());
        this.wallClock = around.wallClock();
        this.serverMetrics = around.metrics();
        this.metrics = serverMetrics.gateway();
        this.listening = listening;
    }

    @Override
    public Future<?> start() {
        ownContext = context;
        ownThread = Thread.currentThread();
        inbox.addGateway(index, message -> {
            long arrivedAtNanos = metrics.nanoTime();
            ownContext.runOnContext(run -> receive(message, arrivedAtNanos));
        });
        publishLoad(List.of());
        serverMetrics.addGateway(published);
        vertx.setPeriodic(TICK_MILLIS, timer -> tick());
        if (options.isMounted()) {
            return Future.succeededFuture();
        }
        HttpServerOptions http = httpOptions();
        Optional<ServerTls> tls = options.tls().map(files -> new ServerTls(vertx, files));
        tls.ifPresent(encryption -> encryption.configure(http));
        server = vertx.createHttpServer(http);
        server.connectionHandler(connection -> pending.opened(connection, nowMillis()));
        server.requestHandler(request -> {
            pending.requested(request.connection(), nowMillis());
            request(new Upgrading(request, ownContext, () -> pending.upgraded(request.connection())));
        });
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
            List.copyOf(connections.values()).forEach(ClientConnection::handOver);
        }
        return server == null ? Future.succeededFuture() : server.close();
    }

    /**
     * Hands every session over to another node, a few at a time (spec protocol 1.7, D11). Completes when all were sent
     * away; new ones are refused. Called on any thread.
     */
    public Future<Void> drain() {
        Promise<Void> drained = Promise.promise();
        ownContext.runOnContext(run -> {
            isLeaving = true;
            drainBatch(drained);
        });
        return drained.future();
    }

    private void drainBatch(Promise<Void> drained) {
        List<ClientConnection> batch =
                connections.values().stream().limit(DRAIN_BATCH).toList();
        if (batch.isEmpty()) {
            drained.complete();
            return;
        }
        batch.forEach(ClientConnection::handOver);
        vertx.setTimer(DRAIN_PAUSE_MILLIS, later -> drainBatch(drained));
    }

    private HttpServerOptions httpOptions() {
        return new HttpServerOptions()
                .setHost(options.host())
                // Vert.x lets the instances of one deployment share any free port under a negative number.
                .setPort(options.port() == 0 ? -1 : options.port())
                .setAcceptBacklog(TCP_BACKLOG)
                .setTcpNoDelay(true)
                .setTcpUserTimeout(TCP_USER_TIMEOUT_MILLIS)
                .setHttp2ClearTextEnabled(false)
                .setMaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
                .setMaxHeaderSize(HEADER_BYTES_MAX)
                // Selected if offered. A browser that offers its token this way needs one it may be told.
                .setWebSocketSubProtocols(List.of(CredentialsReader.SUBPROTOCOL))
                .setMaxWebSocketFrameSize(options.frames().frameBytesMax())
                .setMaxWebSocketMessageSize(options.frames().frameBytesMax())
                .setRegisterWebSocketWriteHandlers(false)
                // Both can be turned against the server: 58 KB inflate to 60 MB before any size check.
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false);
    }

    /** Serves a request of somebody else's server; refuses it if it asks for no WebSocket. Called on any context. */
    void accept(HttpServerRequest request) {
        Context requestContext = vertx.getOrCreateContext();
        Upgrading upgrading = new Upgrading(request, requestContext, () -> door.counts()
                .open(request.remoteAddress().hostAddress()));
        if (isHere()) {
            request(upgrading);
        } else {
            request.pause();
            ownContext.runOnContext(run -> request(upgrading));
        }
    }

    /** Whether the caller is on this gateway's thread, to which all its state is confined. */
    boolean isHere() {
        return Thread.currentThread() == ownThread;
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

    /**
     * Somebody who wants to become a client.
     *
     * @param context the request's own
     * @param place gives the connection its place once it is a WebSocket; null if there is none
     */
    private record Upgrading(HttpServerRequest request, Context context, Supplier<ConnectionCounts.Place> place) {}

    private void request(Upgrading upgrading) {
        HttpServerRequest request = upgrading.request;
        if (isLeaving) {
            refuse(request, new Doorkeeper.Refused(UNAVAILABLE, null, "This node is leaving"));
            return;
        }
        String version = request.getHeader("Sec-WebSocket-Version");
        if (version != null && !version.equals(WEBSOCKET_VERSION)) {
            // Vert.x would still speak the drafts before RFC 6455 with whoever asks.
            request.response().setStatusCode(BAD_REQUEST).end();
            return;
        }
        Future<Identity> admitted = door.admit(upgradeOf(request), wallMillis());
        if (!admitted.isComplete()) {
            request.pause();
        }
        whenDone(admitted, answer -> {
            if (answer.succeeded()) {
                upgrade(upgrading, answer.result());
            } else {
                refuse(request, answer.cause());
            }
        });
    }

    private void refuse(HttpServerRequest request, Throwable cause) {
        LOG.debug("{} was not let in: {}", request.remoteAddress(), cause.getMessage());
        metrics.refused();
        int status = cause instanceof Doorkeeper.Refused refused ? refused.status() : UNAVAILABLE;
        String code = cause instanceof Doorkeeper.Refused refused ? refused.code() : null;
        events.tell(
                ServerEvent.ConnectionRefused.class,
                origin -> new ServerEvent.ConnectionRefused(
                        origin, request.remoteAddress().hostAddress(), status, code, cause.getMessage()));
        request.resume();
        request.response().setStatusCode(status).end();
    }

    private void upgrade(Upgrading upgrading, Identity identity) {
        if (isHere() && upgrading.context == ownContext) {
            upgradeNow(upgrading, identity);
        } else {
            // The pipeline changes under the bytes that come in, so this must be done by the thread that reads them.
            upgrading.context.runOnContext(run -> upgradeNow(upgrading, identity));
        }
    }

    private void upgradeNow(Upgrading upgrading, Identity identity) {
        HttpServerRequest request = upgrading.request;
        request.toWebSocket()
                .onSuccess(socket -> {
                    // Until its handlers are set, which may be on another thread, nothing must be read.
                    socket.pause();
                    here((ServerWebSocket upgraded) -> upgraded(upgraded, identity, upgrading.place.get()))
                            .handle(socket);
                })
                .onFailure(cause -> {
                    LOG.debug("No WebSocket upgrade: {}", cause.getMessage());
                    if (!request.response().ended()) {
                        request.response().setStatusCode(BAD_REQUEST).end();
                    }
                });
    }

    private void upgraded(ServerWebSocket socket, Identity identity, ConnectionCounts.Place place) {
        if (place == null) {
            // It took too long and is closed, or there are too many.
            abort(socket);
        } else {
            connected(socket, identity, place);
            socket.resume();
        }
    }

    private static ServerPlugin.Upgrade upgradeOf(HttpServerRequest request) {
        Map<String, String> headers = new HashMap<>();
        request.headers()
                .forEach(header -> headers.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        String query = request.query() == null ? "" : request.query();
        return new ServerPlugin.Upgrade(
                request.path(), query, headers, request.remoteAddress().hostAddress());
    }

    private void connected(ServerWebSocket socket, Identity identity, ConnectionCounts.Place place) {
        ClientConnection connection = new ClientConnection(this, socket, newSessionId(), identity, place);
        connections.put(connection.sessionId(), connection);
        connectionCount = connections.size();
        // A router of Vert.x Web wraps its sockets, and then flushes of every message are what there is.
        if (socket instanceof WebSocketInternal internal) {
            TickFlush.install(internal.channelHandlerContext().pipeline());
        }
        connection.start(nowMillis());
        metrics.opened();
        events.tell(
                ServerEvent.ClientConnected.class,
                null,
                connection.sessionId(),
                origin -> new ServerEvent.ClientConnected(
                        origin, socket.remoteAddress().hostAddress(), socket.path()));
        plugins.connected(connection.sessionId(), identity);
    }

    private String newSessionId() {
        byte[] id = new byte[SESSION_ID_BYTES];
        random.nextBytes(id);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    }

    void closed(ClientConnection connection) {
        connections.remove(connection.sessionId());
        connectionCount = connections.size();
        plugins.closed(connection.sessionId());
    }

    /** Drops the TCP connection without waiting for a close handshake. */
    void abort(ServerWebSocket socket) {
        if (socket instanceof WebSocketInternal internal) {
            internal.channelHandlerContext().close();
        } else {
            socket.shutdown(ABORT_SECONDS, TimeUnit.SECONDS);
        }
    }

    // Links.

    DocumentLink link(DocumentKey key) {
        DocumentLink existing = links.get(key);
        if (existing != null) {
            return existing;
        }
        LinkAddress address = new LinkAddress(inbox.nodeId(), index, nextLink++);
        DocumentLink link = key.kind() == DocumentKind.AWARE
                ? new AwareLink(key, address, options.create(), options.links())
                : new RelayLink(key, address, options.create(), options.links());
        link.withPlugins(plugins.besideLink(key));
        links.put(key, link);
        linksByNumber.put(address.number(), link);
        times.put(address.number(), new OwnerTimes(key, inbox.nodeId(), metrics));
        return link;
    }

    private void receive(LinkMessage message, long arrivedAtNanos) {
        DocumentLink link = linksByNumber.get(message.to().number());
        if (link != null) {
            OwnerTimes asked = times.get(message.to().number());
            asked.received(message);
            link.receive(message, nowMillis());
            perform(link);
            asked.performed();
            if (message instanceof LinkMessage.Broadcast) {
                metrics.broadcast(metrics.nanoTime() - arrivedAtNanos);
            }
        }
    }

    /** The clients that have a document open; called on any thread. */
    public Future<List<SessionInfo>> sessions(DocumentKey key) {
        Promise<List<SessionInfo>> promise = Promise.promise();
        ownContext.runOnContext(run -> promise.complete(connections.values().stream()
                .filter(connection -> connection.hasOpen(key))
                .map(connection -> connection.info(nowMillis()))
                .toList()));
        return promise.future();
    }

    /** A node is gone; called on any thread. */
    public void nodeLeft(String nodeId) {
        if (ownContext != null) {
            ownContext.runOnContext(run -> List.copyOf(links.values()).forEach(link -> {
                link.memberLeft(nodeId, nowMillis());
                perform(link);
            }));
        }
    }

    /** What somebody was granted is taken back; called on any thread. */
    public void revoked(Revocation revocation) {
        if (ownContext != null) {
            ownContext.runOnContext(run -> List.copyOf(connections.values()).stream()
                    .filter(connection -> revocation.meets(connection.identity()))
                    .forEach(ClientConnection::revoked));
        }
    }

    private void tick() {
        long now = nowMillis();
        pending.tick(now);
        List.copyOf(connections.values()).forEach(connection -> connection.tick(now));
        List.copyOf(links.values()).forEach(link -> {
            link.tick(now);
            perform(link);
        });
        publishLoad(links.values());
    }

    private void publishLoad(Collection<DocumentLink> held) {
        long ringBytes = 0;
        for (DocumentLink link : held) {
            ringBytes += link.unacknowledgedBytes();
        }
        int paused = 0;
        int congested = 0;
        for (ClientConnection connection : connections.values()) {
            paused += connection.isPaused() ? 1 : 0;
            congested += connection.isCongested() ? 1 : 0;
        }
        load = new GatewayLoad(connections.size(), held.size(), ringBytes, paused, congested, metrics.nanoTime());
    }

    /** {@link #perform} when the input that is being dealt with is done; keeps effects in the order of their inputs. */
    void performLater(DocumentLink link) {
        ownContext.runOnContext(run -> perform(link));
    }

    void perform(DocumentLink link) {
        for (LinkEffect effect : link.takeEffects()) {
            perform(link, effect);
        }
    }

    private void perform(DocumentLink link, LinkEffect effect) {
        if (effect instanceof LinkEffect.ToSessions toSessions) {
            deliver(link.key(), toSessions);
        } else if (effect instanceof LinkEffect.ToOwner toOwner) {
            OwnerMessage sent = times.get(link.address().number()).sent(toOwner.message(), frameAtNanos);
            if (toOwner.message() instanceof OwnerMessage.Attach) {
                LOG.debug("{} attaches to {}", link.key(), toOwner.nodeId());
            }
            inbox.toOwner(toOwner.nodeId(), sent);
        } else if (effect instanceof LinkEffect.FindOwner findOwner) {
            findOwner(link, findOwner);
        } else if (effect instanceof LinkEffect.Pause pause) {
            withConnection(pause.sessionId(), connection -> connection.pause(link.key()));
        } else if (effect instanceof LinkEffect.Resume resume) {
            withConnection(resume.sessionId(), connection -> connection.resume(link.key()));
        } else if (effect instanceof LinkEffect.Forget forget) {
            withConnection(forget.sessionId(), connection -> connection.forget(link.key()));
        } else if (effect instanceof LinkEffect.Discard) {
            links.remove(link.key(), link);
            linksByNumber.remove(link.address().number());
            times.remove(link.address().number()).close();
        } else if (effect instanceof LinkEffect.Followed followed) {
            LOG.debug("{} follows {} epoch {}", link.key(), followed.nodeId(), followed.epoch());
            events.tell(
                    ServerEvent.OwnerChanged.class,
                    link.key(),
                    null,
                    origin -> new ServerEvent.OwnerChanged(origin, followed.nodeId(), followed.epoch()));
        } else if (effect instanceof LinkEffect.Reached reached) {
            counters().hit(reached.limit());
        } else if (effect instanceof LinkEffect.Report report) {
            LOG.debug("{} session {}: {}", link.key(), report.sessionId(), report.what());
        } else {
            throw new AssertionError(effect);
        }
    }

    private void deliver(DocumentKey key, LinkEffect.ToSessions toSessions) {
        if (SentEvents.isBroadcast(toSessions.message(), toSessions.sessionIds().size())) {
            plugins.broadcasting(key, toSessions.sessionIds(), toSessions.message());
        }
        List<ClientConnection> reached = new ArrayList<>(toSessions.sessionIds().size());
        // At most one frame per way of compressing, whoever gets it.
        Map<Compressor, Buffer> frames = new HashMap<>();
        for (String sessionId : toSessions.sessionIds()) {
            ClientConnection connection = connections.get(sessionId);
            if (connection != null) {
                reached.add(connection);
                connection.write(frames.computeIfAbsent(
                        connection.compressor(),
                        compressor -> Buffer.buffer(codec(compressor).encode(toSessions.message()))));
            }
        }
        sent.tell(key, toSessions.message(), reached);
    }

    private void findOwner(DocumentLink link, LinkEffect.FindOwner findOwner) {
        LOG.debug("{} looks for its owner, suspects {}", link.key(), findOwner.suspect());
        router.route(link.key(), findOwner.suspect())
                .onComplete(routed -> ownContext.runOnContext(run -> {
                    if (routed.succeeded()) {
                        link.routed(routed.result(), nowMillis());
                    } else {
                        link.unroutable(routed.cause().getMessage(), nowMillis());
                    }
                    perform(link);
                }));
    }

    /** Of which kind a document is that exists; nothing happens if there is none, or the answer cannot be had. */
    void kindOf(String documentId, Consumer<DocumentKind> found) {
        router.kindOf(documentId)
                .onSuccess(kind -> kind.ifPresent(known -> ownContext.runOnContext(run -> found.accept(known))))
                .onFailure(cause -> LOG.debug("The kind of {} is not known: {}", documentId, cause.getMessage()));
    }

    private void withConnection(String sessionId, Consumer<ClientConnection> action) {
        ClientConnection connection = connections.get(sessionId);
        if (connection != null) {
            action.accept(connection);
        }
    }

    // What connections use.

    /** Deals with a frame that has just arrived, from which edits may follow. */
    void frame(Runnable dealing) {
        if (!metrics.traces().isOn()) {
            dealing.run();
            return;
        }
        frameAtNanos = metrics.nanoTime();
        try {
            dealing.run();
        } finally {
            frameAtNanos = 0;
        }
    }

    MessageCodec codec(Compressor compressor) {
        return codecs.computeIfAbsent(compressor, plainCodec::withCompressor);
    }

    /** Says something to one session. @return whether it is here; not, whether it was read. Called on any thread */
    public Future<Boolean> send(String sessionId, Message message) {
        return onOwnContext(() -> {
            withConnection(sessionId, connection -> connection.send(message));
            return connections.containsKey(sessionId);
        });
    }

    /**
     * Says the same to everybody here who has a document open.
     *
     * @param except sessions that are not told
     * @return how many were told. Called on any thread
     */
    public Future<Integer> broadcast(DocumentKey key, Message message, Set<String> except) {
        return onOwnContext(() -> {
            List<String> sessionIds = connections.values().stream()
                    .filter(connection -> connection.hasOpen(key) && !except.contains(connection.sessionId()))
                    .map(ClientConnection::sessionId)
                    .toList();
            deliver(key, new LinkEffect.ToSessions(sessionIds, message));
            return sessionIds.size();
        });
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
    public int connectionCount() {
        return connectionCount;
    }

    boolean isLeaving() {
        return isLeaving;
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
