package dev.weft.server.gateway;

import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MalformedMessageException;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.message.Message;
import dev.weft.server.gateway.ReadPauses.Waiting;
import dev.weft.server.limits.ConnectionLimits;
import dev.weft.server.limits.Limit;
import dev.weft.server.limits.TokenBucket;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What comes in on one socket: fragments become frames, and frames messages, one after the other. Large ones are decoded
 * on another thread, because a message of many megabytes, or one that inflates to them, would hold up everybody else of
 * the event loop; meanwhile the socket is not read, so the order stays. Confined to the context of the gateway.
 */
final class InboundFrames {
    /** Decoding less takes a millisecond or two, about what it costs to have somebody else do it. */
    private static final int LARGE_BYTES = 64 << 10;

    /** What is compressed may stand for a thousand times its size. */
    private static final int LARGE_COMPRESSED_BYTES = 2 << 10;

    private final GatewayVerticle gateway;
    private final ClientConnection connection;
    private final ReadPauses pauses;
    private final FrameLimits frames;
    private final ConnectionLimits limits;
    private final TokenBucket messageRate;
    private final TokenBucket byteRate;

    /** Frames that were under way when the socket was paused for the one that is being decoded. */
    private final Deque<byte[]> behind = new ArrayDeque<>();

    private Buffer fragments;
    private long fragmentsSinceMillis;
    private boolean hasSpoken;
    private boolean isDecoding;
    private Compressor compressor;
    private long heardAtMillis;

    InboundFrames(GatewayVerticle gateway, ClientConnection connection, ReadPauses pauses, long nowMillis) {
        this.gateway = gateway;
        this.connection = connection;
        this.pauses = pauses;
        this.frames = gateway.options().frames();
        this.limits = gateway.options().connections();
        this.messageRate = new TokenBucket(limits.messagesPerSecond(), limits.messageBurst(), nowMillis);
        this.byteRate = new TokenBucket(limits.bytesPerSecond(), limits.byteBurst(), nowMillis);
        this.heardAtMillis = nowMillis;
    }

    void frame(WebSocketFrame frame) {
        if (connection.isClosed() || frame.isClose()) {
            return;
        }
        if (!(frame.isText() || frame.isBinary() || frame.isContinuation())) {
            int bytes = frame.binaryData().length();
            // Later, because Vert.x asks for one more frame behind a ping, whoever has paused while it was dealt with.
            gateway.later(() -> control(bytes));
            return;
        }
        long now = gateway.nowMillis();
        Buffer data = frame.binaryData();
        meter(data.length(), now);
        heardAtMillis = now;
        if (fragments != null) {
            data = fragments.appendBuffer(data);
        }
        if (data.length() > frames.frameBytesMax()) {
            connection.tooBig();
        } else if (frame.isFinal()) {
            fragments = null;
            hasSpoken = true;
            connection.settle();
            whole(data.getBytes());
        } else if (fragments == null) {
            fragmentsSinceMillis = now;
            fragments = Buffer.buffer().appendBuffer(data);
        } else {
            fragments = data;
        }
    }

    /** Vert.x has answered a ping already, and who never reads would let the answers pile up. */
    private void control(int bytes) {
        if (!connection.isClosed()) {
            meter(bytes, gateway.nowMillis());
            connection.answered(bytes);
        }
    }

    /** Who sends too fast is read more slowly, and never told: an error would make stock clients try again. */
    private void meter(int bytes, long nowMillis) {
        boolean mayGoOn = messageRate.take(1, nowMillis);
        boolean mayGoOnByBytes = byteRate.take(bytes, nowMillis);
        if (mayGoOn && mayGoOnByBytes) {
            return;
        }
        if (pauses.pauseFor(Waiting.FOR_RATE)) {
            gateway.counters().hit(mayGoOn ? Limit.BYTE_RATE : Limit.MESSAGE_RATE);
        }
    }

    private void whole(byte[] frame) {
        if (isDecoding) {
            behind.add(frame);
            return;
        }
        gateway.metrics().received(frame.length);
        if (compressor == null) {
            compressor = gateway.options().compression().choose(frame);
        }
        MessageCodec codec = gateway.codec(compressor);
        boolean isLarge = frame.length >= (compressor == Compressor.IDENTITY ? LARGE_BYTES : LARGE_COMPRESSED_BYTES);
        if (isLarge) {
            isDecoding = true;
            pauses.pauseFor(Waiting.FOR_DECODING);
            gateway.decodeElsewhere(() -> codec.decode(frame), this::decoded);
        } else {
            gateway.links().frame(gateway.links().frameTime(), () -> deal(codec, frame));
        }
    }

    private void deal(MessageCodec codec, byte[] frame) {
        Message message;
        try {
            message = codec.decode(frame);
        } catch (MalformedMessageException e) {
            malformed(e);
            return;
        }
        connection.message(message);
    }

    private void decoded(AsyncResult<Message> answer, long beganAtNanos) {
        isDecoding = false;
        if (!connection.isClosed()) {
            if (answer.succeeded()) {
                gateway.links().frame(beganAtNanos, () -> connection.message(answer.result()));
            } else if (answer.cause() instanceof MalformedMessageException fault) {
                malformed(fault);
            } else {
                connection.broken();
                throw new IllegalStateException("A frame could not be decoded", answer.cause());
            }
        }
        while (!isDecoding && !behind.isEmpty() && !connection.isClosed()) {
            whole(behind.removeFirst());
        }
        if (!isDecoding) {
            pauses.resumeFrom(Waiting.FOR_DECODING);
        }
    }

    private void malformed(MalformedMessageException fault) {
        if (fault.reason() == MalformedMessageException.Reason.OVER_LIMIT) {
            gateway.counters().hit(limitOf(fault.bound()));
        }
        if (fault.bound() == MalformedMessageException.Bound.INFLATED_BYTES) {
            // It has cost what it inflated to, not what it weighed.
            meter(frames.inflatedBytesMax(), gateway.nowMillis());
        }
        connection.malformed(fault);
    }

    private static Limit limitOf(MalformedMessageException.Bound bound) {
        return switch (bound) {
            case FRAME_BYTES -> Limit.MESSAGE_BYTES;
            case INFLATED_BYTES -> Limit.INFLATED_BYTES;
            case JSON_DEPTH -> Limit.JSON_DEPTH;
            case VALUES -> Limit.MESSAGE_VALUES;
            case CHANGES -> Limit.CHANGES_PER_MESSAGE;
            case DOCUMENT_ID -> Limit.DOCUMENT_ID;
            case VERSION_VECTOR_PEERS -> Limit.VERSION_VECTOR_PEERS;
        };
    }

    /** How its peer compresses; null until it has said something. */
    Compressor compressor() {
        return compressor;
    }

    long heardAtMillis() {
        return heardAtMillis;
    }

    boolean hasSpoken() {
        return hasSpoken;
    }

    /** Whether a message began so long ago that it should be there by now. */
    boolean isTrickling(long nowMillis) {
        return fragments != null && nowMillis - fragmentsSinceMillis >= limits.messageMillisMax();
    }

    /** Goes on reading once what came too fast is made up for. */
    void tick(long nowMillis) {
        // Both are asked, so that both are filled.
        boolean mayGoOn = messageRate.mayTake(nowMillis) & byteRate.mayTake(nowMillis);
        if (mayGoOn) {
            pauses.resumeFrom(Waiting.FOR_RATE);
        }
    }

    void close() {
        fragments = null;
        behind.clear();
    }
}
