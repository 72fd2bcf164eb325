package dev.weft.server.embed;

/** The owner of the document did not take an edit; nothing of it was kept, and trying it again will not help. */
public final class EditRefusedException extends RuntimeException {
    EditRefusedException(String reason) {
        super(reason);
    }
}
