package dev.weft.crdt.change;

import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.PriorityQueue;

/** The changes of a log by author and clock. Authors are in order of their first change. */
final class AuthorIndex {
    private final ChangeLog log;
    private final IntList authors = new IntList();

    AuthorIndex(ChangeLog log) {
        this.log = log;
    }

    /** The place of a change in arrival order, or -1. */
    int ordinalOf(OperationId id) {
        int author = log.peers.indexOf(id.peer());
        if (author < 0) {
            return -1;
        }
        IntList own = log.peers.changes(author);
        int place = firstAtLeast(own, id.clock());
        return place < own.size() && log.clockAt(own.get(place)) == id.clock() ? own.get(place) : -1;
    }

    void add(int ordinal, int author) {
        long clock = log.clockAt(ordinal);
        IntList own = log.peers.changes(author);
        if (own.size() == 0) {
            authors.add(author);
        }
        if (isNewest(author, clock)) {
            own.add(ordinal);
        } else {
            own.insert(firstAtLeast(own, clock), ordinal);
        }
    }

    /** Whether the stamp is later than all changes of the author. */
    boolean isNewest(int author, long clock) {
        IntList own = log.peers.changes(author);
        return own.size() == 0 || HybridTimestamp.compare(log.clockAt(own.last()), clock) < 0;
    }

    VersionVector versionVector() {
        VersionVector.Builder vector = VersionVector.builder();
        for (int i = 0; i < authors.size(); i++) {
            int author = authors.get(i);
            IntList own = log.peers.changes(author);
            vector.update(log.peers.peer(author), log.clockAt(own.last()));
        }
        return vector.build();
    }

    /** The changes a vector does not cover, by author, ascending clocks. */
    IntList newerThan(VersionVector vector) {
        IntList newer = new IntList();
        for (int i = 0; i < authors.size(); i++) {
            IntList own = log.peers.changes(authors.get(i));
            for (int place = firstNewer(authors.get(i), vector); place < own.size(); place++) {
                newer.add(own.get(place));
            }
        }
        return newer;
    }

    int countNewerThan(VersionVector vector) {
        int count = 0;
        for (int i = 0; i < authors.size(); i++) {
            count += log.peers.changes(authors.get(i)).size() - firstNewer(authors.get(i), vector);
        }
        return count;
    }

    /** The changes a vector does not cover, to be taken in arrival order. */
    PriorityQueue<Cursor> cursorsFrom(VersionVector vector) {
        PriorityQueue<Cursor> cursors = new PriorityQueue<>();
        for (int i = 0; i < authors.size(); i++) {
            IntList own = log.peers.changes(authors.get(i));
            int place = firstNewer(authors.get(i), vector);
            if (place < own.size()) {
                cursors.add(new Cursor(own, place));
            }
        }
        return cursors;
    }

    /** A place in the changes of one author. */
    record Cursor(IntList own, int place) implements Comparable<Cursor> {
        int ordinal() {
            return own.get(place);
        }

        /** The next place, or null behind the last. */
        Cursor next() {
            return place + 1 < own.size() ? new Cursor(own, place + 1) : null;
        }

        @Override
        public int compareTo(Cursor other) {
            return Integer.compare(ordinal(), other.ordinal());
        }
    }

    private int firstNewer(int author, VersionVector vector) {
        PeerId peer = log.peers.peer(author);
        HybridTimestamp seen = vector.get(peer);
        if (seen == null) {
            return 0;
        }
        IntList own = log.peers.changes(author);
        int place = firstAtLeast(own, seen.packed());
        return place < own.size() && log.clockAt(own.get(place)) == seen.packed() ? place + 1 : place;
    }

    private int firstAtLeast(IntList own, long clock) {
        int low = 0;
        int high = own.size();
        if (high > 0 && HybridTimestamp.compare(log.clockAt(own.last()), clock) < 0) {
            return high;
        }
        while (low < high) {
            int middle = low + high >>> 1;
            if (HybridTimestamp.compare(log.clockAt(own.get(middle)), clock) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
