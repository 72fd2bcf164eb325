package dev.weft.crdt;

/** The root of everything this library refuses to do because of what it was given. */
public class CrdtException extends RuntimeException {
    public CrdtException(String message) {
        super(message);
    }

    public CrdtException(String message, Throwable cause) {
        super(message, cause);
    }
}
