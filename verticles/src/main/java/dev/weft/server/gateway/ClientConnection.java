package dev.weft.server.gateway;

import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.codec.MalformedMessageException;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.server.auth.Identity;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.event.ServerEvent.CloseReason;
import dev.weft.server.gateway.ReadPauses.Waiting;
import dev.weft.server.limits.ConnectionCounts;
import dev.weft.server.limits.Limit;
import dev.weft.server.observe.LogFields;
import dev.weft.server.plugin.Verdict;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client socket from its upgrade to its end, and why it ends. What comes in, what goes out and what it is about are
 * {@link InboundFrames}, {@link OutboundFrames} and {@link ClientDocuments}. Confined to the context of its gateway.
 */
final class ClientConnection {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    /** Close codes of RFC 6455. */
    private static final short TOO_BIG = 1009;

    private static final short SERVICE_RESTART = 1012;

    private static final short TRY_AGAIN_LATER = 1013;
    private static final short POLICY = 1008;
    private static final short INTERNAL = 1011;

    private static final byte[] NO_FRAME = {};

    private final GatewayVerticle gateway;
    private final ServerWebSocket socket;
    private final String sessionId;
    private final GatewayOptions options;
    private final Identity identity;
    private final ConnectionCounts.Place place;
    private final ReadPauses pauses;
    private final ClientDocuments documents;
    private final InboundFrames inbound;
    private final OutboundFrames outbound;
    private boolean isClosed;
    private long openedAtMillis;

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
        this.pauses = new ReadPauses(socket);
        this.documents = new ClientDocuments(gateway, this, pauses);
        this.inbound = new InboundFrames(gateway, this, pauses, gateway.nowMillis());
        this.outbound = new OutboundFrames(gateway, socket, pauses, documents);
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

    ClientDocuments documents() {
        return documents;
    }

    ReadPauses pauses() {
        return pauses;
    }

    boolean isClosed() {
        return isClosed;
    }

    boolean isCongested() {
        return outbound.isCongested();
    }

    void start(long nowMillis) {
        openedAtMillis = nowMillis;
        outbound.start();
        socket.frameHandler(gateway.here(inbound::frame));
        socket.exceptionHandler(gateway.here(this::failed));
        socket.closeHandler(gateway.here(closed -> closed(CloseReason.PEER)));
    }

    // In.

    /** Its first message has come. */
    void settle() {
        place.settle();
    }

    void message(Message message) {
        if (message instanceof Ping ping) {
            send(new Pong(ping.documentId(), ping.timestamp(), gateway.wallMillis()));
        }
        Verdict verdict = gateway.plugins().receiving(sessionId, message);
        if (verdict.isRefusal()) {
            send(new ErrorMessage(message.documentId(), verdict.code(), verdict.reason()));
        } else {
            documents.receive(message);
        }
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

    /** The answer to a control frame was written by Vert.x. */
    void answered(int bytes) {
        outbound.written(bytes);
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
        outbound.write(frame);
    }

    // Ends.

    void tick(long nowMillis) {
        if (outbound.isCongested() && outbound.stalledMillis(nowMillis) >= options.stalledMillisMax()) {
            LogFields.session(LOG.atInfo(), sessionId)
                    .log("Has taken nothing for {} ms", outbound.stalledMillis(nowMillis));
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
        } else if (!pauses.isPaused() && nowMillis - inbound.heardAtMillis() >= options.silentMillisMax()) {
            LogFields.session(LOG.atDebug(), sessionId)
                    .log("Has been silent for {} ms", nowMillis - inbound.heardAtMillis());
            gateway.counters().hit(Limit.SILENT_TIME);
            abort(CloseReason.SILENT);
        } else if (pauses.isPausedFor(Waiting.FOR_RATE)) {
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

    /** Sends it to another node: provokes an answer and closes in one go. */
    void handOver() {
        documents.provokeAnswers();
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
        outbound.close();
        place.free();
        tellDisconnected(gateway.isLeaving() ? CloseReason.NODE_LEAVING : reason);
        gateway.connections().closed(this);
        documents.close();
    }

    private void tellDisconnected(CloseReason reason) {
        long now = gateway.nowMillis();
        List<String> documentIds =
                documents.keys().stream().map(DocumentKey::id).toList();
        gateway.events()
                .tell(
                        ServerEvent.ClientDisconnected.class,
                        null,
                        sessionId,
                        origin -> new ServerEvent.ClientDisconnected(
                                origin, reason, now - openedAtMillis, now - inbound.heardAtMillis(), documentIds));
    }
}
