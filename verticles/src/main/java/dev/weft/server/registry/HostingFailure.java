package dev.weft.server.registry;

/** What a failed answer means for ownership; the performer sorts exceptions into these. */
public enum HostingFailure {
    /** The store has handed out a newer epoch. */
    STALE_EPOCH,
    /** The store is away, overloaded, or the outcome is unknown: the same call may be made again. */
    UNAVAILABLE,
    /** The document does not exist and is not to be created. */
    NOT_FOUND,
    /** The content cannot be read or served; trying again at once would fail again. */
    UNUSABLE
}
