package dev.weft.server.document.host;

import dev.weft.server.bus.LinkMessage.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest broadcast entries, kept so that a link that lost one can be given exactly what it lacks. Bounded by bytes;
 * the numbers in it have no gap. Not thread-safe.
 */
final class RecentBroadcasts {
    private static final int ENTRY_OVERHEAD_BYTES = 64;

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private final int bytesMax;
    private long lastNumber;
    private long bytes;

    RecentBroadcasts(long lastNumber, int bytesMax) {
        this.lastNumber = lastNumber;
        this.bytesMax = bytesMax;
    }

    long lastNumber() {
        return lastNumber;
    }

    long bytes() {
        return bytes;
    }

    void add(Entry entry) {
        entries.addLast(entry);
        lastNumber++;
        bytes += size(entry);
        while (bytes > bytesMax && entries.size() > 1) {
            bytes -= size(entries.removeFirst());
        }
    }

    /** Never for a number that was not broadcast yet: whoever claims to have it speaks of another log. */
    boolean reachesBackTo(long number) {
        return number <= lastNumber && number >= lastNumber - entries.size();
    }

    /** Everything after a number that {@link #reachesBackTo}. */
    List<Entry> after(long number) {
        int skip = (int) Math.max(0, entries.size() - (lastNumber - number));
        List<Entry> tail = new ArrayList<>(entries.size() - skip);
        int index = 0;
        for (Entry entry : entries) {
            if (index++ >= skip) {
                tail.add(entry);
            }
        }
        return tail;
    }

    private static int size(Entry entry) {
        return entry.blob().length + ENTRY_OVERHEAD_BYTES;
    }
}
