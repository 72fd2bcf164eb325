package dev.weft.crdt.document;

import dev.weft.crdt.CrdtException;

/** Editing was tried in the frozen view of a document. */
public final class ReadOnlyDocumentException extends CrdtException {
    ReadOnlyDocumentException(String method) {
        super("Impossible to execute " + method + ". The document is in time travel mode (Read-Only).");
    }
}
