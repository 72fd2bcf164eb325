package dev.weft.protocol.message;

/** The codes of {@link ErrorMessage} (spec protocol 2.7). Any other string is legal on the wire. */
public final class ErrorCode {
    public static final String HANDSHAKE_FAILED = "HANDSHAKE_FAILED";
    public static final String DOCUMENT_NOT_FOUND = "DOCUMENT_NOT_FOUND";
    public static final String OUT_OF_SYNC = "OUT_OF_SYNC";
    public static final String INVALID_MESSAGE = "INVALID_MESSAGE";
    public static final String CONNECTION_CLOSED = "CONNECTION_CLOSED";
    public static final String TIMEOUT = "TIMEOUT";
    public static final String INTERNAL_ERROR = "INTERNAL_ERROR";

    private ErrorCode() {}
}
