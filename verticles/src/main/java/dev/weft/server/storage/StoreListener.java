package dev.weft.server.storage;

/**
 * What a store tells those who watch over it. Called on threads of the store, by each of its writers for itself; must return
 * at once and not throw.
 */
public interface StoreListener {
    StoreListener NONE = new StoreListener() {};

    /**
     * A group became durable.
     *
     * @param writes appends, compactions, claims and deletions in it
     * @param bytes what they were charged against the queue
     * @param nanos from the moment the group was taken up until it was durable
     */
    default void committed(int writes, long bytes, long nanos) {}

    /** The store stopped working; it tries to come back by itself. */
    default void unavailable(Throwable cause) {}

    /** The store works again. */
    default void available() {}
}
