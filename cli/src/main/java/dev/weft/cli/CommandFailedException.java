package dev.weft.cli;

/** A command cannot do what it was asked to, for a reason its user can understand: one line, exit code 1. */
final class CommandFailedException extends RuntimeException {
    CommandFailedException(String message) {
        super(message);
    }

    CommandFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
