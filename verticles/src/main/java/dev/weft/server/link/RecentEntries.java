package dev.weft.server.link;

import dev.weft.crdt.change.Change;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The newest broadcasts a link has passed on, for sessions that go live a little behind. Bounded by bytes. */
final class RecentEntries {
    /** @param origin the session that submitted it; null if that is unknown */
    record Numbered(long number, Change change, String origin) {}

    private static final int ENTRY_OVERHEAD_BYTES = 96;

    private final ArrayDeque<Numbered> entries = new ArrayDeque<>();
    private final int bytesMax;
    private long bytes;

    RecentEntries(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    void add(Numbered entry) {
        if (!entries.isEmpty() && entries.peekLast().number() != entry.number() - 1) {
            clear();
        }
        entries.addLast(entry);
        bytes += size(entry.change());
        while (bytes > bytesMax && entries.size() > 1) {
            bytes -= size(entries.removeFirst().change());
        }
    }

    long bytes() {
        return bytes;
    }

    void clear() {
        entries.clear();
        bytes = 0;
    }

    /** Whether everything after {@code number} up to {@code last} is here. */
    boolean reachesBackTo(long number, long last) {
        return number >= last
                || !entries.isEmpty()
                        && entries.peekFirst().number() <= number + 1
                        && entries.peekLast().number() == last;
    }

    List<Numbered> after(long number) {
        List<Numbered> tail = new ArrayList<>();
        for (Numbered entry : entries) {
            if (entry.number() > number) {
                tail.add(entry);
            }
        }
        return tail;
    }

    private static int size(Change change) {
        return change.encoded().length + ENTRY_OVERHEAD_BYTES;
    }
}
