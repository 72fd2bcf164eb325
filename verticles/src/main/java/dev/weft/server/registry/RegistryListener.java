package dev.weft.server.registry;

/**
 * Told what may concern ownership: reasons to look again, never proof. Called one at a time, in order, on a thread that
 * must not be blocked and from which the registry may be called.
 */
public interface RegistryListener {
    default void nodeJoined(String nodeId) {}

    default void nodeLeft(String nodeId) {}

    /** Entries may be gone or replaced: every hosting owner must {@link OwnershipRegistry#reassert} itself. */
    default void entriesDoubtful(Doubt doubt) {}

    /** Why entries are doubtful. */
    enum Doubt {
        /** Two halves of a divided cluster met again. */
        MERGED,
        /** More nodes died at once than entries have copies. */
        COPIES_LOST
    }
}
