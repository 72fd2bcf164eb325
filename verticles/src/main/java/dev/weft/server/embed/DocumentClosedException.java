package dev.weft.server.embed;

/** The handle was closed, or its node stopped. What became of an edit that waited then is not known. */
public final class DocumentClosedException extends RuntimeException {
    DocumentClosedException(String documentId) {
        super("document '" + documentId + "' is closed here");
    }
}
