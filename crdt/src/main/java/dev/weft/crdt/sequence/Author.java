package dev.weft.crdt.sequence;

import dev.weft.crdt.id.PeerId;

/**
 * One peer's elements in a tree, or the part of them whose counters share the bits above the lowest 31. Counters on
 * the wire have 63 bits and never need more than 31; splitting them here lets every run store an {@code int} without
 * refusing the odd input that does.
 */
final class Author implements Comparable<Author> {
    static final int LOW_BITS = 31;
    static final int LOW_MASK = Integer.MAX_VALUE;

    final PeerId peer;
    final long high;
    final SpanIndex spans = new SpanIndex();

    /** The span found last: the next question is mostly about the same one. */
    private Span recent;

    Author(PeerId peer, long high) {
        this.peer = peer;
        this.high = high;
    }

    static long high(long counter) {
        return counter >>> LOW_BITS;
    }

    static int low(long counter) {
        return (int) (counter & LOW_MASK);
    }

    long counter(int low) {
        return high << LOW_BITS | low;
    }

    /** The span that holds the element, or null. */
    Span find(int counter) {
        Span span = recent;
        if (span != null && span.contains(counter)) {
            return span;
        }
        span = spans.floor(counter);
        if (span == null || !span.contains(counter)) {
            return null;
        }
        recent = span;
        return span;
    }

    /** How many of the ids from {@code low} on are not taken, up to {@code most}; 0 if the first one is taken. */
    int freshCount(int low, int most) {
        int untilHighChanges = Integer.MAX_VALUE - low;
        int limit = untilHighChanges < most ? untilHighChanges + 1 : most;
        Span last = spans.last();
        if (last == null || low >= last.end() && last.end() > 0) {
            return limit;
        }
        if (find(low) != null) {
            return 0;
        }
        Span above = spans.higher(low);
        return above == null ? limit : Math.min(limit, above.counter - low);
    }

    @Override
    public int compareTo(Author other) {
        int byPeer = peer.compareTo(other.peer);
        return byPeer != 0 ? byPeer : Long.compare(high, other.high);
    }
}
