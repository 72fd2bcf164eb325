package dev.weft.server.storage;

import java.util.List;

/** One blob of a document's log and its place. */
public record StoredEntry(long position, byte[] blob) implements StoredRun {
    @Override
    public long firstPosition() {
        return position;
    }

    @Override
    public long lastPosition() {
        return position;
    }

    @Override
    public List<StoredEntry> entries() {
        return List.of(this);
    }
}
