package dev.weft.server.simulation;

import dev.weft.protocol.message.AwareMessage;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.RelayMessage;
import dev.weft.protocol.message.Welcome;
import dev.weft.server.link.DocumentLink;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The server's end of one socket, as the client connection of a gateway. */
final class SimulatedConnection {
    /** Four seconds, found out at the next tick of the gateway. */
    private static final long ANSWER_MILLIS_MAX = 4_000 + SimulatedGateway.TICK_MILLIS;

    private static final long STALLED_MILLIS_MAX = 60_000;
    private static final long SILENT_MILLIS_MAX = 90_000;

    private final SimulatedGateway gateway;
    private final SimulatedSocket socket;
    private final String sessionId;
    private final Map<DocumentKey, DocumentLink> documents = new LinkedHashMap<>();
    private final Set<DocumentKey> pausedBy = new HashSet<>();
    private final Deque<Message> unread = new ArrayDeque<>();
    private boolean isCongested;
    private boolean isClosed;
    private long progressAtMillis;
    private long heardAtMillis;
    private long askedAtMillis = -1;

    SimulatedConnection(SimulatedGateway gateway, SimulatedSocket socket, String sessionId) {
        this.gateway = gateway;
        this.socket = socket;
        this.sessionId = sessionId;
        this.heardAtMillis = gateway.now();
    }

    String sessionId() {
        return sessionId;
    }

    SimulatedNode node() {
        return gateway.node();
    }

    boolean isClosed() {
        return isClosed;
    }

    // In.

    void receive(Message message) {
        if (isClosed) {
            return;
        }
        unread.add(message);
        readOn();
    }

    private void readOn() {
        while (!isClosed && pausedBy.isEmpty() && !unread.isEmpty()) {
            read(unread.poll());
        }
    }

    private void read(Message sent) {
        heardAtMillis = gateway.now();
        Message message = gateway.simulation().tampering().fromClient(sessionId, sent);
        if (message == null) {
            return;
        }
        if (message instanceof HandshakeRequest || message instanceof Hello) {
            askedAtMillis = askedAtMillis < 0 ? gateway.now() : askedAtMillis;
        }
        if (message instanceof Ping ping) {
            write(new Pong(ping.documentId(), ping.timestamp(), gateway.now()));
        }
        DocumentKey key = keyOf(message);
        if (key != null) {
            receive(key, message);
        } else if (message instanceof Ping) {
            gateway.kindOf(message.documentId(), kind -> {
                if (!isClosed) {
                    receive(new DocumentKey(kind, message.documentId()), message);
                }
            });
        }
    }

    private void receive(DocumentKey key, Message message) {
        DocumentLink link = documents.computeIfAbsent(key, gateway::link);
        link.receive(sessionId, message, gateway.now());
        gateway.perform(link);
    }

    private DocumentKey keyOf(Message message) {
        String id = message.documentId();
        if (message instanceof AwareMessage) {
            return DocumentKey.aware(id);
        }
        if (message instanceof RelayMessage) {
            return DocumentKey.relay(id);
        }
        if (documents.containsKey(DocumentKey.relay(id))) {
            return DocumentKey.relay(id);
        }
        boolean saysWhatItHolds = message instanceof Ping ping && ping.versionVector() != null;
        return documents.containsKey(DocumentKey.aware(id)) || saysWhatItHolds ? DocumentKey.aware(id) : null;
    }

    // Out.

    void write(Message message) {
        if (isClosed) {
            return;
        }
        boolean isRefusal =
                message instanceof ErrorMessage error && error.code().equals(ErrorCode.HANDSHAKE_FAILED);
        if (isRefusal || message instanceof HandshakeResponse || message instanceof Welcome) {
            requireInTime();
            askedAtMillis = -1;
        }
        socket.toClient(message);
        if (!isCongested && socket.isWriteQueueFull()) {
            isCongested = true;
            progressAtMillis = gateway.now();
            gateway.simulation().trace().add(node().id(), sessionId, "is congested");
            for (DocumentLink link : documents.values()) {
                link.congested(sessionId, progressAtMillis);
                gateway.performLater(link);
            }
        }
    }

    void drained() {
        if (!isCongested || isClosed) {
            return;
        }
        isCongested = false;
        gateway.simulation().trace().add(node().id(), sessionId, "is drained");
        for (DocumentLink link : documents.values()) {
            link.drained(sessionId, gateway.now());
            gateway.performLater(link);
        }
    }

    void pause(DocumentKey key) {
        pausedBy.add(key);
    }

    void resume(DocumentKey key) {
        if (pausedBy.remove(key)) {
            node().later(0, this::readOn);
        }
    }

    void forget(DocumentKey key) {
        documents.remove(key);
        resume(key);
    }

    // Ends.

    void tick(long nowMillis) {
        requireInTime();
        if (isCongested && nowMillis - progressAtMillis >= STALLED_MILLIS_MAX
                || nowMillis - heardAtMillis >= SILENT_MILLIS_MAX) {
            socket.abort();
            closed();
        }
    }

    private void requireInTime() {
        if (askedAtMillis >= 0 && gateway.now() - askedAtMillis > ANSWER_MILLIS_MAX) {
            throw new Violation(
                    Invariant.I7_HANDSHAKE_ANSWERED,
                    "session " + sessionId + " on " + node() + " waits since " + (gateway.now() - askedAtMillis)
                            + " ms");
        }
    }

    /** A process that does not run answers nobody; its time does not count. */
    void frozen(long millis) {
        if (askedAtMillis >= 0) {
            askedAtMillis += millis;
        }
    }

    void closed() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        unread.clear();
        gateway.closed(this);
        for (DocumentLink link : documents.values()) {
            link.closed(sessionId, gateway.now());
            gateway.performLater(link);
        }
        documents.clear();
    }

    void crashed() {
        isClosed = true;
        socket.abort();
    }
}
