package dev.weft.server.storage;

import dev.weft.server.registry.DocumentKey;

/** The document does not exist, or exists no longer. */
public final class DocumentNotFoundException extends StoreException {
    private final DocumentKey key;

    public DocumentNotFoundException(DocumentKey key) {
        super(key + " does not exist", null, false);
        this.key = key;
    }

    public DocumentKey key() {
        return key;
    }
}
