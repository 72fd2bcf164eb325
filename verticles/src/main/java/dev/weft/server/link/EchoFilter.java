package dev.weft.server.link;

import dev.weft.crdt.id.OperationId;
import java.util.LinkedHashSet;

/**
 * Recognises echoes: every stock client sends each change it receives straight back (spec protocol 5.5). They arrive
 * within a round trip of the broadcast, so the newest ids are enough; one that slips through is a duplicate for the
 * owner. Not thread-safe.
 */
final class EchoFilter {
    private final LinkedHashSet<OperationId> newest = new LinkedHashSet<>();
    private final int idsMax;

    EchoFilter(int idsMax) {
        this.idsMax = idsMax;
    }

    void delivered(OperationId id) {
        if (newest.add(id) && newest.size() > idsMax) {
            var oldest = newest.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    boolean isEcho(OperationId id) {
        return newest.contains(id);
    }

    /** From now on everything is news: a new owner may lack what the one before had told us of. */
    void clear() {
        newest.clear();
    }
}
