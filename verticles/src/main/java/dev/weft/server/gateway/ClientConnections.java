package dev.weft.server.gateway;

import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.message.Message;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.Revocation;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.limits.ConnectionCounts;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The client sockets of one gateway, by session, and what is said to some of them at once. Confined to its context. */
final class ClientConnections {
    private final GatewayVerticle gateway;
    private final Map<String, ClientConnection> bySession = new LinkedHashMap<>();
    private volatile int count;

    ClientConnections(GatewayVerticle gateway) {
        this.gateway = gateway;
    }

    /** Somebody was let in. The place is the connection's until it closes. */
    void open(ServerWebSocket socket, Identity identity, ConnectionCounts.Place place) {
        ClientConnection connection = new ClientConnection(gateway, socket, gateway.newSessionId(), identity, place);
        bySession.put(connection.sessionId(), connection);
        count = bySession.size();
        // A router of Vert.x Web wraps its sockets, and then flushes of every message are what there is.
        if (socket instanceof WebSocketInternal internal) {
            TickFlush.install(internal.channelHandlerContext().pipeline());
        }
        connection.start(gateway.nowMillis());
        gateway.metrics().opened();
        gateway.events()
                .tell(
                        ServerEvent.ClientConnected.class,
                        null,
                        connection.sessionId(),
                        origin -> new ServerEvent.ClientConnected(
                                origin, socket.remoteAddress().hostAddress(), socket.path()));
        gateway.plugins().connected(connection.sessionId(), identity);
    }

    void closed(ClientConnection connection) {
        bySession.remove(connection.sessionId());
        count = bySession.size();
        gateway.plugins().closed(connection.sessionId());
    }

    /** May be called on any thread. */
    int count() {
        return count;
    }

    int count(Predicate<ClientConnection> wanted) {
        int found = 0;
        for (ClientConnection connection : bySession.values()) {
            found += wanted.test(connection) ? 1 : 0;
        }
        return found;
    }

    void tick(long nowMillis) {
        List.copyOf(bySession.values()).forEach(connection -> connection.tick(nowMillis));
    }

    /** Sends so many to other nodes. @return false if there was none */
    boolean handOver(int atMost) {
        List<ClientConnection> batch = bySession.values().stream().limit(atMost).toList();
        batch.forEach(ClientConnection::handOver);
        return !batch.isEmpty();
    }

    /** What somebody was granted is taken back. */
    void revoked(Revocation revocation) {
        List.copyOf(bySession.values()).stream()
                .filter(connection -> revocation.meets(connection.identity()))
                .forEach(ClientConnection::revoked);
    }

    /** Those that have a document open. */
    List<SessionInfo> sessions(DocumentKey key) {
        return bySession.values().stream()
                .filter(connection -> connection.documents().isOpen(key))
                .map(connection -> connection.info(gateway.nowMillis()))
                .toList();
    }

    void with(String sessionId, Consumer<ClientConnection> action) {
        ClientConnection connection = bySession.get(sessionId);
        if (connection != null) {
            action.accept(connection);
        }
    }

    // Saying something to them.

    /** @return whether the session is here */
    boolean send(String sessionId, Message message) {
        with(sessionId, connection -> connection.send(message));
        return bySession.containsKey(sessionId);
    }

    /** To all that have a document open. @return how many were told */
    int broadcast(DocumentKey key, Message message, Set<String> except) {
        List<String> sessionIds = bySession.values().stream()
                .filter(connection -> connection.documents().isOpen(key) && !except.contains(connection.sessionId()))
                .map(ClientConnection::sessionId)
                .toList();
        deliver(key, sessionIds, message);
        return sessionIds.size();
    }

    /** Says the same to some sessions, those that are still here. */
    void deliver(DocumentKey key, List<String> sessionIds, Message message) {
        if (SentEvents.isBroadcast(message, sessionIds.size())) {
            gateway.plugins().broadcasting(key, sessionIds, message);
        }
        List<ClientConnection> reached = new ArrayList<>(sessionIds.size());
        // At most one frame per way of compressing, whoever gets it.
        Map<Compressor, Buffer> frames = new HashMap<>();
        for (String sessionId : sessionIds) {
            ClientConnection connection = bySession.get(sessionId);
            if (connection != null) {
                reached.add(connection);
                connection.write(frames.computeIfAbsent(
                        connection.compressor(),
                        compressor -> Buffer.buffer(gateway.codec(compressor).encode(message))));
            }
        }
        gateway.sent().tell(key, message, reached);
    }
}
