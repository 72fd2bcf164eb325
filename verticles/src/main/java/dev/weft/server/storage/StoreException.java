package dev.weft.server.storage;

/** Why a store did not do what it was asked. Every subtype says whether the same call may be made again. */
public abstract class StoreException extends RuntimeException {
    private final boolean retrySafe;

    protected StoreException(String message, Throwable cause, boolean retrySafe) {
        super(message, cause);
        this.retrySafe = retrySafe;
    }

    /** Whether the identical call may be repeated later, with hope and without harm. */
    public final boolean isRetrySafe() {
        return retrySafe;
    }
}
