package dev.weft.server.gateway;

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
import dev.weft.server.link.DocumentLink;
import dev.weft.server.plugin.Verdict;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

    private final GatewayVerticle gateway;
    private final ServerWebSocket socket;
    private final String sessionId;
    private final GatewayOptions options;
    private final Map<DocumentKey, DocumentLink> documents = new LinkedHashMap<>();
    private final Set<DocumentKey> pausedBy = new HashSet<>();
    private Buffer fragments;
    private Compressor compressor;
    private boolean isCongested;
    private boolean isClosed;
    private long progressAtMillis;
    private long heardAtMillis;

    ClientConnection(GatewayVerticle gateway, ServerWebSocket socket, String sessionId, GatewayOptions options) {
        this.gateway = gateway;
        this.socket = socket;
        this.sessionId = sessionId;
        this.options = options;
    }

    String sessionId() {
        return sessionId;
    }

    void start(long nowMillis) {
        progressAtMillis = nowMillis;
        heardAtMillis = nowMillis;
        socket.setWriteQueueMaxSize(options.writeQueueBytesMax());
        socket.frameHandler(this::frame);
        socket.drainHandler(drained -> drained());
        socket.exceptionHandler(this::failed);
        socket.closeHandler(closed -> closed());
    }

    // In.

    private void frame(WebSocketFrame frame) {
        if (isClosed || !(frame.isText() || frame.isBinary() || frame.isContinuation())) {
            return;
        }
        heardAtMillis = gateway.nowMillis();
        Buffer data = frame.binaryData();
        if (fragments != null) {
            data = fragments.appendBuffer(data);
        }
        if (data.length() > options.frames().frameBytesMax()) {
            close(TOO_BIG, "A message may have " + options.frames().frameBytesMax() + " bytes");
        } else if (frame.isFinal()) {
            fragments = null;
            message(data.getBytes());
        } else {
            fragments = fragments == null ? Buffer.buffer().appendBuffer(data) : data;
        }
    }

    private void message(byte[] bytes) {
        if (compressor == null) {
            // Nothing on the wire says which one a client uses, except its first frame.
            compressor = Compressor.sniff(bytes);
        }
        Message message;
        try {
            message = gateway.codec(compressor).decode(bytes);
        } catch (MalformedMessageException e) {
            malformed(e);
            return;
        }
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
        if (message instanceof HandshakeRequest || message instanceof Hello) {
            Verdict verdict = gateway.plugins().joining(sessionId, key, message);
            if (verdict.isRefusal()) {
                send(new ErrorMessage(key.id(), verdict.code(), verdict.reason()));
                send(new ErrorMessage(key.id(), ErrorCode.HANDSHAKE_FAILED, verdict.reason()));
                return;
            }
        }
        DocumentLink link = documents.get(key);
        if (link == null) {
            link = open(key);
            if (link == null) {
                return;
            }
        }
        link.receive(sessionId, message, gateway.nowMillis());
        gateway.perform(link);
    }

    private void malformed(MalformedMessageException fault) {
        LOG.debug("Session {} sent what is no message: {}", sessionId, fault.getMessage());
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
        if (documents.size() >= options.documentsPerConnectionMax()) {
            String reason = "A connection may have " + options.documentsPerConnectionMax() + " documents open";
            send(new ErrorMessage(key.id(), ErrorCode.INVALID_MESSAGE, reason));
            send(new ErrorMessage(key.id(), ErrorCode.HANDSHAKE_FAILED, reason));
            return null;
        }
        DocumentLink link = gateway.link(key);
        documents.put(key, link);
        return link;
    }

    // Out.

    void send(Message message) {
        write(Buffer.buffer(gateway.codec(compressor()).encode(message)));
    }

    Compressor compressor() {
        return compressor == null ? Compressor.IDENTITY : compressor;
    }

    void write(Buffer frame) {
        // A socket closes a moment before its handler is told, and asking a closed one anything throws.
        if (isClosed || socket.isClosed()) {
            return;
        }
        socket.writeBinaryMessage(frame);
        if (!isCongested && !socket.isClosed() && socket.writeQueueFull()) {
            isCongested = true;
            progressAtMillis = gateway.nowMillis();
            for (DocumentLink link : documents.values()) {
                link.congested(sessionId, progressAtMillis);
                gateway.performLater(link);
            }
        }
    }

    private void drained() {
        if (!isCongested || isClosed) {
            return;
        }
        isCongested = false;
        for (DocumentLink link : documents.values()) {
            link.drained(sessionId, gateway.nowMillis());
            gateway.performLater(link);
        }
    }

    void pause(DocumentKey key) {
        if (pausedBy.add(key) && pausedBy.size() == 1) {
            socket.pause();
        }
    }

    void resume(DocumentKey key) {
        if (pausedBy.remove(key) && pausedBy.isEmpty()) {
            socket.resume();
        }
    }

    void forget(DocumentKey key) {
        documents.remove(key);
        resume(key);
    }

    // Ends.

    void tick(long nowMillis) {
        if (isCongested && nowMillis - progressAtMillis >= options.stalledMillisMax()) {
            LOG.info("Session {} has taken nothing for {} ms", sessionId, nowMillis - progressAtMillis);
            // A WebSocket close would wait for the reader that does not read.
            abort();
        } else if (nowMillis - heardAtMillis >= options.silentMillisMax()) {
            LOG.debug("Session {} has been silent for {} ms", sessionId, nowMillis - heardAtMillis);
            abort();
        }
    }

    private void failed(Throwable cause) {
        LOG.debug("Session {}: {}", sessionId, cause.toString());
        boolean isTooLong = cause.getClass().getSimpleName().contains("TooLong")
                || String.valueOf(cause.getMessage()).contains("Max frame length");
        if (isTooLong) {
            close(TOO_BIG, "A frame may have " + options.frames().frameBytesMax() + " bytes");
        }
    }

    void refuse(String reason) {
        close(TRY_AGAIN_LATER, reason);
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
            closed();
        }
    }

    private void abort() {
        gateway.abort(socket);
        closed();
    }

    private void closed() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        fragments = null;
        gateway.closed(this);
        for (DocumentLink link : documents.values()) {
            link.closed(sessionId, gateway.nowMillis());
            gateway.performLater(link);
        }
        documents.clear();
    }
}
