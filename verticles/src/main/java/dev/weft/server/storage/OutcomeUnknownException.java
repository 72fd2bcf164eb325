package dev.weft.server.storage;

/**
 * The store failed at a moment when the write may or may not have become durable. It must count neither as done nor as
 * undone; repeating the identical call decides it.
 */
public final class OutcomeUnknownException extends StoreException {
    public OutcomeUnknownException(String message, Throwable cause) {
        super(message, cause, true);
    }
}
