package dev.weft.server.embed;

/** A document cannot be opened now. Asking again later may help. */
public final class DocumentUnavailableException extends RuntimeException {
    DocumentUnavailableException(String reason) {
        super(reason);
    }
}
