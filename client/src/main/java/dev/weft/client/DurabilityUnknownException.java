package dev.weft.client;

/** Whether an edit is durable cannot be told. The edit itself is in the document and will be, or was, sent. */
public final class DurabilityUnknownException extends RuntimeException {
    public DurabilityUnknownException(String message) {
        super(message);
    }
}
