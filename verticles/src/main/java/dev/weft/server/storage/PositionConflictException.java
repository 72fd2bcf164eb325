package dev.weft.server.storage;

import dev.weft.server.registry.DocumentKey;

/** The positions of a write contradict the log; nothing was written. A fault of the caller, never of the weather. */
public final class PositionConflictException extends StoreException {
    private final DocumentKey key;

    public PositionConflictException(DocumentKey key, String detail) {
        super(key + ": " + detail, null, false);
        this.key = key;
    }

    public DocumentKey key() {
        return key;
    }
}
