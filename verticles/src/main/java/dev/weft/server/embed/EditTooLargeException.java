package dev.weft.server.embed;

/** An edit makes more changes than one edit may; nothing of it was kept. In several edits it can be done. */
public final class EditTooLargeException extends RuntimeException {
    EditTooLargeException(long bytes, int bytesMax) {
        super("One edit may make " + bytesMax + " bytes of changes, not " + bytes + "; do it in several");
    }
}
