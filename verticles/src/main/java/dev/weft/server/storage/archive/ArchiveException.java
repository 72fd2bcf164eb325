package dev.weft.server.storage.archive;

/** A backup or a restoration ended early. The message is meant for an operator. */
public final class ArchiveException extends RuntimeException {
    ArchiveException(String message, Throwable cause) {
        super(message, cause);
    }
}
