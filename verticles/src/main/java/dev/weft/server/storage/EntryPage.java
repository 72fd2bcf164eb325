package dev.weft.server.storage;

import java.util.List;

/** Consecutive entries of a log, in order. */
public record EntryPage(List<StoredEntry> entries, boolean hasMore) {
    public EntryPage {
        entries = List.copyOf(entries);
    }

    /**
     * Where the next page continues.
     *
     * @throws IllegalStateException if the page is empty; an empty page has no successor
     */
    public long lastPosition() {
        if (entries.isEmpty()) {
            throw new IllegalStateException("an empty page has no last position");
        }
        return entries.get(entries.size() - 1).position();
    }
}
