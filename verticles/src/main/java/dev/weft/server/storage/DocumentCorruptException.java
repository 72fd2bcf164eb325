package dev.weft.server.storage;

import dev.weft.server.registry.DocumentKey;

/** What the store holds of a document cannot be what was written. Other documents are not concerned. */
public final class DocumentCorruptException extends StoreException {
    private final DocumentKey key;

    public DocumentCorruptException(DocumentKey key, String detail, Throwable cause) {
        super(key + " cannot be read: " + detail, cause, false);
        this.key = key;
    }

    public DocumentKey key() {
        return key;
    }
}
