package dev.weft.server.storage;

import dev.weft.server.registry.DocumentKey;

/** Somebody claimed the document after the caller; nothing was written, and the caller must step down. */
public final class StaleEpochException extends StoreException {
    private final DocumentKey key;
    private final long epoch;
    private final long newestEpoch;

    public StaleEpochException(DocumentKey key, long epoch, long newestEpoch) {
        super("epoch " + epoch + " of " + key + " is stale, the newest is " + newestEpoch, null, false);
        this.key = key;
        this.epoch = epoch;
        this.newestEpoch = newestEpoch;
    }

    public DocumentKey key() {
        return key;
    }

    public long epoch() {
        return epoch;
    }

    public long newestEpoch() {
        return newestEpoch;
    }
}
