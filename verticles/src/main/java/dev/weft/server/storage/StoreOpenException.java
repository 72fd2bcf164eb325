package dev.weft.server.storage;

/** The store cannot be opened; the message tells an operator what to change. */
public final class StoreOpenException extends StoreException {
    public StoreOpenException(String message, Throwable cause) {
        super(message, cause, false);
    }
}
