package dev.weft.server.storage;

import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayList;
import java.util.List;

/** Consecutive runs of a log, in order. */
public record RunPage(List<StoredRun> runs, boolean hasMore) {
    public RunPage {
        runs = List.copyOf(runs);
    }

    /**
     * Where the next page continues.
     *
     * @throws IllegalStateException if the page is empty; an empty page has no successor
     */
    public long lastPosition() {
        if (runs.isEmpty()) {
            throw new IllegalStateException("an empty page has no last position");
        }
        return runs.get(runs.size() - 1).lastPosition();
    }

    /** The entries after a position, unpacked, up to the one that reaches {@code bytesMax}. */
    public EntryPage entriesAfter(DocumentKey key, long afterPosition, long bytesMax) {
        var page = new ArrayList<StoredEntry>();
        long bytes = 0;
        try {
            for (var run : runs) {
                for (var entry : run.entries()) {
                    if (entry.position() <= afterPosition) {
                        continue;
                    }
                    if (bytes >= bytesMax) {
                        return new EntryPage(page, true);
                    }
                    page.add(entry);
                    bytes += entry.blob().length + StoreLimits.ENTRY_OVERHEAD_BYTES;
                }
            }
        } catch (CrdtFormatException e) {
            throw new DocumentCorruptException(key, "packed entries are damaged: " + e.getMessage(), e);
        }
        return new EntryPage(page, hasMore);
    }
}
