package dev.weft.server.gateway;

import dev.weft.crdt.id.PeerId;
import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.codec.MalformedMessageException;
import dev.weft.protocol.message.AwareMessage;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.RelayMessage;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.Rights;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.event.ServerEvent.CloseReason;
import dev.weft.server.limits.ConnectionCounts;
import dev.weft.server.limits.Limit;
import dev.weft.server.link.DocumentLink;
import dev.weft.server.observe.LogFields;
import dev.weft.server.plugin.Verdict;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client socket and the documents it has open. Confined to the context of its gateway. */
final class ClientConnection {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    /** Close codes of RFC 6455. */
    private static final short TOO_BIG = 1009;

    private static final short SERVICE_RESTART = 1012;

    private static final short TRY_AGAIN_LATER = 1013;
    private static final short POLICY = 1008;
    private static final short INTERNAL = 1011;

    /** Documents whose rights are remembered; beyond it the policy is asked again. */
    private static final int RIGHTS_MAX = 1_024;

    private static final byte[] NO_FRAME = {};

    private final GatewayVerticle gateway;
    private final ServerWebSocket socket;
    private final String sessionId;
    private final GatewayOptions options;
    private final Identity identity;
    private final ConnectionCounts.Place place;
    private final Map<DocumentKey, DocumentLink> documents = new LinkedHashMap<>();
    private final Map<DocumentKey, SessionRights> rights = new HashMap<>();

    /** Handshakes of documents that are open: who made them, and which are answered. */
    private final Map<DocumentKey, PeerId> authors = new HashMap<>();

    private final Set<DocumentKey> answered = new HashSet<>();

    /** Documents whose links are full, and {@link Waiting}. */
    private final Set<Object> pausedBy = new HashSet<>();

    private final InboundFrames inbound;
    private boolean isCongested;
    private boolean isClosed;
    private long progressAtMillis;
    private long unreadBytes;
    private long openedAtMillis;

    /** Why nothing is read, besides full links. */
    enum Waiting {
        FOR_RIGHTS,
        FOR_PLUGINS,
        FOR_RATE,
        FOR_DECODING,
        FOR_ITS_READING
    }

    /** @param place what it takes up of the node's connections; freed when it is closed */
    ClientConnection(
            GatewayVerticle gateway,
            ServerWebSocket socket,
            String sessionId,
            Identity identity,
            ConnectionCounts.Place place) {
        this.gateway = gateway;
        this.socket = socket;
        this.sessionId = sessionId;
        this.options = gateway.options();
        this.identity = identity;
        this.place = place;
        this.inbound = new InboundFrames(gateway, this, gateway.nowMillis());
    }

    String sessionId() {
        return sessionId;
    }

    SessionInfo info(long nowMillis) {
        return new SessionInfo(
                sessionId, identity.subject(), socket.remoteAddress().hostAddress(), nowMillis - openedAtMillis);
    }

    Identity identity() {
        return identity;
    }

    void start(long nowMillis) {
        openedAtMillis = nowMillis;
        progressAtMillis = nowMillis;
        socket.setWriteQueueMaxSize(options.writeQueueBytesMax());
        socket.frameHandler(gateway.here(inbound::frame));
        socket.drainHandler(gateway.here(drained -> drained()));
        socket.exceptionHandler(gateway.here(this::failed));
        socket.closeHandler(gateway.here(closed -> closed(CloseReason.PEER)));
    }

    // In.

    void message(Message message) {
        if (message instanceof Ping ping) {
            send(new Pong(ping.documentId(), ping.timestamp(), gateway.wallMillis()));
        }
        Verdict verdict = gateway.plugins().receiving(sessionId, message);
        if (verdict.isRefusal()) {
            send(new ErrorMessage(message.documentId(), verdict.code(), verdict.reason()));
            return;
        }
        DocumentKey key = keyOf(message);
        if (key != null) {
            receive(key, message);
        } else if (message instanceof Ping || message instanceof PluginMessage) {
            // A relay client, or one of long ago, that came back on a new socket: only the document tells which.
            gateway.kindOf(message.documentId(), kind -> {
                if (!isClosed) {
                    receive(new DocumentKey(kind, message.documentId()), message);
                }
            });
        }
    }

    private void receive(DocumentKey key, Message message) {
        SessionRights known = rights.get(key);
        if (known != null) {
            receive(key, message, known);
            return;
        }
        Future<Rights> asked = gateway.door().rights(identity, key);
        if (!asked.isComplete()) {
            pauseFor(Waiting.FOR_RIGHTS);
        }
        gateway.whenDone(asked, answer -> {
            resumeFrom(Waiting.FOR_RIGHTS);
            if (isClosed) {
                return;
            }
            if (answer.failed()) {
                LogFields.of(LOG.atWarn(), key, 0, sessionId)
                        .setCause(answer.cause())
                        .log("Not known what {} may do with {}", identity.subject(), key);
                refuse(key, message, ErrorCode.INTERNAL_ERROR, "The server could not check your rights");
                return;
            }
            if (rights.size() >= RIGHTS_MAX) {
                rights.clear();
            }
            rights.put(key, new SessionRights(answer.result()));
            receive(key, message, rights.get(key));
        });
    }

    private void receive(DocumentKey key, Message sent, SessionRights mine) {
        DocumentLink open = documents.get(key);
        SessionRights.Passage passage = mine.check(sent, change -> open == null || open.hasDelivered(change));
        if (passage.refusal() != null) {
            refuse(key, sent, ErrorCode.INVALID_MESSAGE, passage.refusal());
        }
        if (passage.message() != null) {
            pass(key, passage.message());
        }
    }

    /** Whoever tries to join is also told that the attempt is over; stock clients wait for it. */
    private void refuse(DocumentKey key, Message message, String code, String reason) {
        send(new ErrorMessage(key.id(), code, reason));
        if (message instanceof HandshakeRequest || message instanceof Hello) {
            send(new ErrorMessage(key.id(), ErrorCode.HANDSHAKE_FAILED, reason));
        }
    }

    private void pass(DocumentKey key, Message message) {
        if (message instanceof HandshakeRequest || message instanceof Hello) {
            join(key, message);
        } else {
            handOn(key, message);
        }
    }

    private void join(DocumentKey key, Message message) {
        Future<Verdict> asked = Future.fromCompletionStage(gateway.plugins().joining(sessionId, key, message));
        if (!asked.isComplete()) {
            pauseFor(Waiting.FOR_PLUGINS);
        }
        gateway.whenDone(asked, answer -> {
            resumeFrom(Waiting.FOR_PLUGINS);
            if (isClosed) {
                return;
            }
            // The chain answers always, with a refusal if a plugin does not.
            Verdict verdict = answer.result();
            if (verdict.isRefusal()) {
                refuse(key, message, verdict.code(), verdict.reason());
            } else {
                handOn(key, message);
            }
        });
    }

    private void handOn(DocumentKey key, Message message) {
        DocumentLink link = documents.get(key);
        if (link == null) {
            link = open(key);
            if (link == null) {
                return;
            }
        }
        if (message instanceof HandshakeRequest handshake) {
            introduced(key, handshake.author());
        } else if (message instanceof Hello hello) {
            introduced(key, hello.author());
        }
        link.receive(sessionId, message, gateway.nowMillis());
        gateway.links().perform(link);
    }

    private void introduced(DocumentKey key, PeerId author) {
        authors.put(key, author);
        answered.remove(key);
    }

    /** Whether this is the first answer since the last handshake, or since it came back without one. */
    boolean completeHandshake(DocumentKey key) {
        return documents.containsKey(key) && answered.add(key);
    }

    /** The peer id that made the last handshake on a document; null if it came back without one. */
    String authorOf(DocumentKey key) {
        PeerId author = authors.get(key);
        return author == null ? null : author.toString();
    }

    void malformed(MalformedMessageException fault) {
        gateway.metrics().malformed();
        LogFields.session(LOG.atDebug(), sessionId).log("Sent what is no message: {}", fault.getMessage());
        gateway.events()
                .tell(new ServerEvent.FrameMalformed(
                        gateway.events().originOfUnknown(fault.documentId(), sessionId), fault.getMessage()));
        if (fault.isOfUnknownPlugin()) {
            // A client with a plugin more than this server sends it all the time, and an error each time helps nobody.
            return;
        }
        String documentId = fault.documentId() == null ? "" : fault.documentId();
        send(new ErrorMessage(documentId, ErrorCode.INVALID_MESSAGE, fault.getMessage()));
        if (fault.isHandshake()) {
            // Without this a stock client waits for its time-out, and its next attempt never ends.
            send(new ErrorMessage(documentId, ErrorCode.HANDSHAKE_FAILED, fault.getMessage()));
        }
    }

    /** The first message of a session decides how it speaks; what both modes share goes to the one that is open. */
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

    private DocumentLink open(DocumentKey key) {
        String fault = DocumentKey.faultForClients(key.id());
        if (fault != null) {
            gateway.counters().hit(Limit.DOCUMENT_ID);
            send(new ErrorMessage(key.id(), ErrorCode.INVALID_MESSAGE, fault));
            send(new ErrorMessage(key.id(), ErrorCode.HANDSHAKE_FAILED, fault));
            return null;
        }
        if (documents.size() >= options.documentsPerConnectionMax()) {
            gateway.counters().hit(Limit.DOCUMENTS_PER_CONNECTION);
            String reason = "A connection may have " + options.documentsPerConnectionMax() + " documents open";
            send(new ErrorMessage(key.id(), ErrorCode.INVALID_MESSAGE, reason));
            send(new ErrorMessage(key.id(), ErrorCode.HANDSHAKE_FAILED, reason));
            return null;
        }
        DocumentLink link = gateway.links().link(key);
        documents.put(key, link);
        return link;
    }

    // Out.

    void send(Message message) {
        write(Buffer.buffer(gateway.codec(compressor()).encode(message)));
        gateway.sent().tell(null, message, List.of(this));
    }

    Compressor compressor() {
        Compressor chosen = inbound.compressor();
        return chosen == null ? options.compression().choose(NO_FRAME) : chosen;
    }

    void write(Buffer frame) {
        // A socket closes a moment before its handler is told, and asking a closed one anything throws.
        if (isClosed || socket.isClosed()) {
            return;
        }
        socket.writeBinaryMessage(frame);
        gateway.metrics().sent(frame.length());
        answered(frame.length());
    }

    /** Something was written. Who asks and asks and reads no answer is not listened to any more until it does. */
    void answered(int bytes) {
        if (isCongested) {
            unreadBytes += bytes;
            if (unreadBytes > options.writeQueueBytesMax()) {
                pauseFor(Waiting.FOR_ITS_READING);
            }
        } else if (!socket.isClosed() && socket.writeQueueFull()) {
            isCongested = true;
            progressAtMillis = gateway.nowMillis();
            gateway.counters().hit(Limit.WRITE_QUEUE_BYTES);
            for (DocumentLink link : documents.values()) {
                link.congested(sessionId, progressAtMillis);
                gateway.links().performLater(link);
            }
        }
    }

    private void drained() {
        if (!isCongested || isClosed) {
            return;
        }
        isCongested = false;
        unreadBytes = 0;
        resumeFrom(Waiting.FOR_ITS_READING);
        for (DocumentLink link : documents.values()) {
            link.drained(sessionId, gateway.nowMillis());
            gateway.links().performLater(link);
        }
    }

    boolean isClosed() {
        return isClosed;
    }

    /** Its first message has come. */
    void settle() {
        place.settle();
    }

    boolean isPaused() {
        return !pausedBy.isEmpty();
    }

    boolean isCongested() {
        return isCongested;
    }

    void pause(DocumentKey key) {
        pauseFor(key);
    }

    void resume(DocumentKey key) {
        resumeFrom(key);
    }

    /** @return whether it was not paused for this reason already */
    boolean pauseFor(Object reason) {
        boolean isNew = pausedBy.add(reason);
        if (isNew && pausedBy.size() == 1 && !socket.isClosed()) {
            socket.pause();
        }
        return isNew;
    }

    void resumeFrom(Object reason) {
        if (pausedBy.remove(reason) && pausedBy.isEmpty() && !socket.isClosed()) {
            socket.resume();
        }
    }

    boolean hasOpen(DocumentKey key) {
        return documents.containsKey(key);
    }

    void forget(DocumentKey key) {
        documents.remove(key);
        authors.remove(key);
        answered.remove(key);
        resume(key);
    }

    // Ends.

    void tick(long nowMillis) {
        if (isCongested && nowMillis - progressAtMillis >= options.stalledMillisMax()) {
            LogFields.session(LOG.atInfo(), sessionId).log("Has taken nothing for {} ms", nowMillis - progressAtMillis);
            gateway.counters().hit(Limit.STALLED_TIME);
            // A WebSocket close would wait for the reader that does not read.
            abort(CloseReason.STALLED);
        } else if (!inbound.hasSpoken()
                && nowMillis - openedAtMillis >= options.connections().firstMessageMillisMax()) {
            gateway.counters().hit(Limit.FIRST_MESSAGE_TIME);
            close(POLICY, "The first message took too long");
        } else if (inbound.isTrickling(nowMillis)) {
            gateway.counters().hit(Limit.MESSAGE_TIME);
            close(POLICY, "A message took too long");
        } else if (identity.expiresAtMillis() <= gateway.wallMillis()) {
            close(POLICY, "The token has expired");
        } else if (pausedBy.isEmpty() && nowMillis - inbound.heardAtMillis() >= options.silentMillisMax()) {
            LogFields.session(LOG.atDebug(), sessionId)
                    .log("Has been silent for {} ms", nowMillis - inbound.heardAtMillis());
            gateway.counters().hit(Limit.SILENT_TIME);
            abort(CloseReason.SILENT);
        } else if (pausedBy.contains(Waiting.FOR_RATE)) {
            inbound.tick(nowMillis);
        }
    }

    void revoked() {
        close(POLICY, "The token was revoked");
    }

    private void failed(Throwable cause) {
        LogFields.session(LOG.atDebug(), sessionId).log("Failed: {}", cause.toString());
        boolean isTooLong = cause.getClass().getSimpleName().contains("TooLong")
                || String.valueOf(cause.getMessage()).contains("Max frame length");
        if (isTooLong) {
            tooBig();
        }
    }

    void tooBig() {
        gateway.counters().hit(Limit.MESSAGE_BYTES);
        close(TOO_BIG, "A message may have " + options.frames().frameBytesMax() + " bytes");
    }

    void refuse(String reason) {
        close(TRY_AGAIN_LATER, reason);
    }

    /** Our own mistake; nothing it said can be relied on. */
    void broken() {
        close(INTERNAL, "The server made a mistake");
    }

    void violate(String reason) {
        close(POLICY, reason);
    }

    /**
     * Provokes an answer and closes in one go: the answer of a stock client opens its next connection at once, on another
     * node, which heals it (spec protocol 1.7).
     */
    void handOver() {
        documents
                .keySet()
                .forEach(key -> send(
                        key.kind() == DocumentKind.AWARE
                                ? new ErrorMessage(key.id(), ErrorCode.OUT_OF_SYNC, "This node is leaving")
                                : new Ping(key.id(), gateway.wallMillis(), null)));
        close(SERVICE_RESTART, "This node is leaving");
    }

    void close(short code, String reason) {
        if (!isClosed) {
            socket.close(code, reason);
            closed(CloseReason.REFUSED);
        }
    }

    private void abort(CloseReason reason) {
        gateway.abort(socket);
        closed(reason);
    }

    private void closed(CloseReason reason) {
        if (isClosed) {
            return;
        }
        isClosed = true;
        inbound.close();
        place.free();
        tellDisconnected(gateway.isLeaving() ? CloseReason.NODE_LEAVING : reason);
        gateway.closed(this);
        for (DocumentLink link : documents.values()) {
            link.closed(sessionId, gateway.nowMillis());
            gateway.links().performLater(link);
        }
        documents.clear();
    }

    private void tellDisconnected(CloseReason reason) {
        long now = gateway.nowMillis();
        List<String> documentIds =
                documents.keySet().stream().map(DocumentKey::id).toList();
        gateway.events()
                .tell(
                        ServerEvent.ClientDisconnected.class,
                        null,
                        sessionId,
                        origin -> new ServerEvent.ClientDisconnected(
                                origin, reason, now - openedAtMillis, now - inbound.heardAtMillis(), documentIds));
    }
}
