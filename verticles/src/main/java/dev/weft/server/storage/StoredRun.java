package dev.weft.server.storage;

import java.util.List;

/** Entries at consecutive positions as a store keeps them: one, or many packed together. */
public sealed interface StoredRun permits StoredEntry, PackedEntries {
    long firstPosition();

    long lastPosition();

    default int count() {
        return (int) (lastPosition() - firstPosition() + 1);
    }

    /** The entries as they were appended, in order. */
    List<StoredEntry> entries();
}
