package dev.weft.server.link;

import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How much of what a link has delivered is durable. The rest was told ahead: it may be lost with its owner, and comes
 * again under another number then. Not thread-safe.
 */
final class DurablePart {
    /** Beyond so many the newest are taken together, and become durable together. */
    static final int AHEAD_MAX = 1_024;

    /** Changes that were delivered together, behind the durable part; the last of them has this number. */
    private record Ahead(long upTo, VersionVector.Builder changes) {}

    private final Deque<Ahead> ahead = new ArrayDeque<>();
    private VersionVector.Builder version = VersionVector.builder();
    private long number;
    private long mark;

    /** The last number of it: at most what was delivered, and at most the mark. */
    long number() {
        return number;
    }

    /** All changes up to {@link #number}. */
    VersionVector version() {
        return version.build();
    }

    boolean covers(OperationId id) {
        return version.covers(id.peer(), id.clock());
    }

    boolean covers(VersionVector changes) {
        return version.dominates(changes.toBuilder());
    }

    /** How far the log is durable by the word of its owner, delivered or not. */
    long mark() {
        return mark;
    }

    /** These were delivered, up to a number. */
    void delivered(long upTo, VersionVector.Builder changes) {
        if (ahead.isEmpty() && upTo <= mark) {
            version.updateAll(changes.build());
            number = Math.max(number, upTo);
        } else if (ahead.size() < AHEAD_MAX) {
            ahead.addLast(new Ahead(upTo, changes));
            settle();
        } else {
            VersionVector.Builder together = ahead.removeLast().changes.updateAll(changes.build());
            ahead.addLast(new Ahead(upTo, together));
        }
    }

    /** The log is durable up to this number. */
    void durable(long upTo) {
        mark = Math.max(mark, upTo);
        settle();
    }

    private void settle() {
        while (!ahead.isEmpty() && ahead.peekFirst().upTo <= mark) {
            Ahead next = ahead.removeFirst();
            number = Math.max(number, next.upTo);
            version.updateAll(next.changes.build());
        }
    }

    /** Exactly this is durable of what was delivered. */
    void is(long upTo, VersionVector all) {
        durable(upTo);
        number = Math.max(number, upTo);
        version.updateAll(all);
    }

    /** Numbers mean something else from now on, and what was delivered under others stays so. */
    void beginAnew(VersionVector delivered) {
        ahead.clear();
        number = 0;
        mark = 0;
        version = delivered.toBuilder();
    }

    /** What is not durable does not count as delivered any more. */
    void forgetTheRest() {
        ahead.clear();
    }
}
