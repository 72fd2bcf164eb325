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
import dev.weft.server.registry.DocumentKind;
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

    /** What it said to a link that had too much already, and whether it said so before. */
    private final Set<DocumentKey> overfilled = new HashSet<>();

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
        long before = link.unacknowledgedBytes();
        link.receive(sessionId, message, gateway.now());
        requireRoom(link, before);
        gateway.perform(link);
    }

    /** A session may add one message to a full ring, and is not read any more then. */
    private void requireRoom(DocumentLink link, long before) {
        boolean wasFull =
                before > gateway.simulation().scenario().bounds().link().ringBytesMax();
        if (!wasFull) {
            overfilled.remove(link.key());
        } else if (link.unacknowledgedBytes() > before && !overfilled.add(link.key())) {
            throw new Violation(
                    Invariant.I10_BOUNDED,
                    "session " + sessionId + " goes on while " + link.unacknowledgedBytes()
                            + " bytes are not acknowledged");
        }
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
        if (isRefusal && askedAtMillis < 0 && node().isLeaving()) {
            throw new Violation(Invariant.I8_ORDERLY_DRAIN, "session " + sessionId + " is refused while it is served");
        }
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
        if (gateway.simulation().tampering().pausesReading()) {
            pausedBy.add(key);
        }
    }

    void resume(DocumentKey key) {
        overfilled.remove(key);
        if (pausedBy.remove(key)) {
            node().later(0, this::readOn);
        }
    }

    void forget(DocumentKey key) {
        documents.remove(key);
        resume(key);
    }

    // Ends.

    /** Its turn to go to another node has come: what it hears last makes a stock client answer there at once. */
    void handOver() {
        if (node().deployer().isDraining()) {
            throw new Violation(
                    Invariant.I8_ORDERLY_DRAIN,
                    "session " + sessionId + " is sent away from " + node() + " before its documents are");
        }
        documents
                .keySet()
                .forEach(key -> write(
                        key.kind() == DocumentKind.AWARE
                                ? new ErrorMessage(key.id(), ErrorCode.OUT_OF_SYNC, "This node is leaving")
                                : new Ping(key.id(), gateway.now(), null)));
        socket.close();
        closed();
    }

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
