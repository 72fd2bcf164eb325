package dev.weft.crdt.document;

import dev.weft.crdt.CrdtException;

/** The document was disposed of; it can be read and exported, but not changed. */
public final class DocumentDisposedException extends CrdtException {
    DocumentDisposedException(String method) {
        super("Cannot execute " + method + ". The document has been disposed.");
    }
}
