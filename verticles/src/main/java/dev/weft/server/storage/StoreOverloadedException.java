package dev.weft.server.storage;

/** Too much is waiting to become durable. Nothing was written; repeat the call when earlier ones have completed. */
public final class StoreOverloadedException extends StoreUnavailableException {
    public StoreOverloadedException(long queuedBytes, long queueBytesMax) {
        super(queuedBytes + " of at most " + queueBytesMax + " bytes are waiting to become durable", null);
    }
}
