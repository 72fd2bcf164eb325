package dev.weft.server.storage;

/** The store cannot work now. Nothing was written; the call may be repeated. */
public class StoreUnavailableException extends StoreException {
    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause, true);
    }
}
