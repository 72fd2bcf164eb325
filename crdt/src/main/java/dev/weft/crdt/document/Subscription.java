package dev.weft.crdt.document;

/** A listener that is registered until it is cancelled. */
@FunctionalInterface
public interface Subscription {
    /** Stops the notices. Cancelling again does nothing. */
    void cancel();
}
