package dev.weft.server.gateway;

import dev.weft.server.auth.CredentialsReader;
import dev.weft.server.auth.Identity;
import dev.weft.server.event.EventStream;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.limits.ConnectionCounts;
import dev.weft.server.observe.GatewayMetrics;
import dev.weft.server.plugin.ServerPlugin;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets requests in as client sockets, or answers why not: those of the gateway's own server and those an application hands
 * over. Confined to the gateway's context, which a request's own may not be.
 */
final class Upgrades {
    private static final Logger LOG = LoggerFactory.getLogger(Upgrades.class);
    private static final String WEBSOCKET_VERSION = "13";

    /** Room for the longest token in the query, with every character of it escaped. */
    private static final int REQUEST_LINE_BYTES_MAX = 32 << 10;

    private static final int HEADER_BYTES_MAX = 16 << 10;
    private static final int BAD_REQUEST = 400;
    private static final int UNAVAILABLE = 503;
    private static final int TCP_BACKLOG = 4_096;
    private static final int TCP_USER_TIMEOUT_MILLIS = 10_000;

    private final GatewayVerticle gateway;
    private final Doorkeeper door;
    private final GatewayMetrics metrics;
    private final EventStream events;
    private final PendingConnections pending;

    Upgrades(GatewayVerticle gateway) {
        this.gateway = gateway;
        this.door = gateway.door();
        this.metrics = gateway.metrics();
        this.events = gateway.events();
        this.pending = new PendingConnections(gateway.options().connections(), door.counts(), door.counters());
    }

    /** What the gateway's own server allows before a connection is a WebSocket, and after. */
    static HttpServerOptions serverOptions(GatewayOptions options) {
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

    /** Serves what connects to the gateway's own server, before it listens. */
    void serve(HttpServer server, Context context) {
        server.connectionHandler(connection -> pending.opened(connection, gateway.nowMillis()));
        server.requestHandler(request -> {
            if (!pending.requested(request.connection(), gateway.nowMillis())) {
                request.connection().close();
                return;
            }
            admit(new Upgrade(request, context, () -> pending.upgraded(request.connection())));
        });
    }

    /**
     * Serves a request of an application's server. Called on any context.
     *
     * @param context the request's own
     */
    void accept(HttpServerRequest request, Context context) {
        Upgrade upgrade = new Upgrade(request, context, () -> door.counts()
                .open(request.remoteAddress().hostAddress()));
        if (gateway.isHere()) {
            admit(upgrade);
        } else {
            request.pause();
            gateway.later(() -> admit(upgrade));
        }
    }

    void tick(long nowMillis) {
        pending.tick(nowMillis);
    }

    /**
     * Somebody who wants to become a client.
     *
     * @param context the request's own
     * @param place gives the connection its place once it is a WebSocket; null if there is none
     */
    private record Upgrade(HttpServerRequest request, Context context, Supplier<ConnectionCounts.Place> place) {}

    private void admit(Upgrade upgrade) {
        HttpServerRequest request = upgrade.request;
        if (gateway.isLeaving()) {
            refuse(request, new Doorkeeper.Refused(UNAVAILABLE, null, "This node is leaving"));
            return;
        }
        String version = request.getHeader("Sec-WebSocket-Version");
        if (version != null && !version.equals(WEBSOCKET_VERSION)) {
            // Vert.x would still speak the drafts before RFC 6455 with whoever asks.
            end(request, BAD_REQUEST);
            return;
        }
        Future<Identity> admitted = door.admit(shownBy(request), gateway.wallMillis());
        if (!admitted.isComplete()) {
            request.pause();
        }
        gateway.whenDone(admitted, answer -> {
            if (answer.succeeded()) {
                perform(upgrade, answer.result());
            } else {
                refuse(request, answer.cause());
            }
        });
    }

    private static ServerPlugin.Upgrade shownBy(HttpServerRequest request) {
        Map<String, String> headers = new HashMap<>();
        request.headers()
                .forEach(header -> headers.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        String query = request.query() == null ? "" : request.query();
        return new ServerPlugin.Upgrade(
                request.path(), query, headers, request.remoteAddress().hostAddress());
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
        end(request, status);
    }

    /** An attempt to get in costs a connection: on one that stays open, somebody could show one forged token after another. */
    private void end(HttpServerRequest request, int status) {
        if (gateway.options().isMounted()) {
            request.response().setStatusCode(status).end();
            return;
        }
        pending.refused(request.connection());
        request.response().setStatusCode(status).end().onComplete(told -> request.connection()
                .close());
    }

    private void perform(Upgrade upgrade, Identity identity) {
        if (gateway.isHere() && gateway.isOwn(upgrade.context)) {
            performNow(upgrade, identity);
        } else {
            // The pipeline changes under the bytes that come in, so this must be done by the thread that reads them.
            upgrade.context.runOnContext(run -> performNow(upgrade, identity));
        }
    }

    private void performNow(Upgrade upgrade, Identity identity) {
        HttpServerRequest request = upgrade.request;
        request.toWebSocket()
                .onSuccess(socket -> {
                    // Until its handlers are set, which may be on another thread, nothing must be read.
                    socket.pause();
                    gateway.here((ServerWebSocket upgraded) -> connect(upgraded, identity, upgrade.place.get()))
                            .handle(socket);
                })
                .onFailure(cause -> {
                    LOG.debug("No WebSocket upgrade: {}", cause.getMessage());
                    if (!request.response().ended()) {
                        end(request, BAD_REQUEST);
                    }
                });
    }

    private void connect(ServerWebSocket socket, Identity identity, ConnectionCounts.Place place) {
        if (place == null) {
            // It took too long and is closed, or there are too many.
            gateway.abort(socket);
        } else {
            gateway.connections().open(socket, identity, place);
            socket.resume();
        }
    }
}
