package dev.weft.server.auth;

/** Somebody did not prove who they are. The message is for logs and for the one who asked: it holds no secret. */
public final class NotAuthenticatedException extends RuntimeException {
    public NotAuthenticatedException(String message) {
        // No stack trace: anybody can cause one, as often as they like.
        super(message, null, false, false);
    }
}
