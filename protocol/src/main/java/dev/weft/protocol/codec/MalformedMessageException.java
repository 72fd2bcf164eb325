package dev.weft.protocol.codec;

import dev.weft.protocol.message.MessageType;
import java.util.OptionalLong;

/**
 * A frame that is not a message. Costs the frame, never the connection and never a later frame (spec protocol 2.1). Says
 * what could be read all the same, because a relay answers by it. Has no stack trace: hostile frames come in floods and
 * the message names the fault.
 */
public final class MalformedMessageException extends RuntimeException {
    /** What was wrong, coarsely. */
    public enum Reason {
        /** Not UTF-8, not JSON, or not readable by the configured compressor. */
        NOT_JSON,
        /** JSON, but not an object with an integer {@code type}. */
        NO_TYPE,
        /** Well-formed, but no codec of this mode knows the type. */
        UNKNOWN_TYPE,
        /** A field is missing, of the wrong JSON type, or does not decode. */
        BAD_FIELD,
        /** One of {@link FrameLimits} was exceeded. */
        OVER_LIMIT
    }

    /** Which of {@link FrameLimits} was exceeded. */
    public enum Bound {
        FRAME_BYTES,
        INFLATED_BYTES,
        JSON_DEPTH,
        /** The length of a string or key, or the number of values, of which the message would be made in memory. */
        VALUES,
        CHANGES,
        DOCUMENT_ID,
        VERSION_VECTOR_PEERS
    }

    private final transient Reason reason;
    private final transient Bound bound;
    private final transient OptionalLong type;
    private final transient String documentId;

    MalformedMessageException(Reason reason, String message, Throwable cause) {
        this(reason, null, message, cause, OptionalLong.empty(), null);
    }

    private MalformedMessageException(
            Reason reason, Bound bound, String message, Throwable cause, OptionalLong type, String documentId) {
        super(message, cause, false, false);
        this.reason = reason;
        this.bound = bound;
        this.type = type;
        this.documentId = documentId;
    }

    static MalformedMessageException over(Bound bound, String message, Throwable cause) {
        return new MalformedMessageException(Reason.OVER_LIMIT, bound, message, cause, OptionalLong.empty(), null);
    }

    public Reason reason() {
        return reason;
    }

    /** What was exceeded if the reason is {@link Reason#OVER_LIMIT}, otherwise null. */
    public Bound bound() {
        return bound;
    }

    /** The type code; empty when the frame was not JSON with an integer type. Any 64-bit number is possible. */
    public OptionalLong type() {
        return type;
    }

    /** The document the frame named, or null when it could not be read or is over its limit. */
    public String documentId() {
        return documentId;
    }

    /**
     * Whether a relay answers this frame with {@code INVALID_MESSAGE} (spec protocol 2.1): an aware client has come to a
     * relay and must be told. The answer names {@link #documentId()}, or {@code ""} where that is null.
     */
    public boolean isAnsweredByRelay() {
        return type.isPresent() && type.getAsLong() < MessageType.HELLO.code() && !WireMode.isShared(type.getAsLong());
    }

    /** Whether somebody waits for the answer to a handshake or hello, and must be told that there will be none. */
    public boolean isHandshake() {
        return isOfType(MessageType.HANDSHAKE_REQUEST) || isOfType(MessageType.HELLO);
    }

    /** Whether this is a message of a plugin the sender has and we have not. Nothing is wrong with it, or with the sender. */
    public boolean isOfUnknownPlugin() {
        return reason == Reason.UNKNOWN_TYPE && type.getAsLong() >= MessageType.PLUGIN_CODE_MIN;
    }

    private boolean isOfType(MessageType wanted) {
        return type.isPresent() && type.getAsLong() == wanted.code();
    }

    /** The same fault with what is known about the frame it was found in. */
    MalformedMessageException in(OptionalLong type, String documentId) {
        return new MalformedMessageException(reason, bound, getMessage(), getCause(), type, documentId);
    }
}
