package dev.weft.client.sync;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which numbers of a relay room's log we hold: everything up to one number, and ranges beyond a gap (spec protocol
 * 6.5). Kept across reconnects.
 */
final class SeqWindow {
    private static final int RANGES_MAX = 1_000;

    private long maxContiguous;
    /** Ranges beyond the gap: the number before the first, to the last. */
    private final TreeMap<Long, Long> detached = new TreeMap<>();

    long maxContiguous() {
        return maxContiguous;
    }

    boolean hasGap() {
        return !detached.isEmpty();
    }

    /** Everything up to this number is held. Never lowers the window. */
    void holdUpTo(long seq) {
        maxContiguous = Math.max(maxContiguous, seq);
        absorb();
    }

    /** The numbers after the first up to the second are held. */
    void hold(long after, long upTo) {
        if (upTo <= after) {
            return;
        }
        if (after <= maxContiguous) {
            holdUpTo(upTo);
        } else if (detached.size() < RANGES_MAX || detached.containsKey(after)) {
            // Not remembering a range is safe: the window stays lower, and the gap is noticed all the same.
            detached.merge(after, upTo, Math::max);
        }
    }

    /** The room counts anew. */
    void reset(long seq) {
        detached.clear();
        maxContiguous = seq;
    }

    private void absorb() {
        Map.Entry<Long, Long> first = detached.firstEntry();
        while (first != null && first.getKey() <= maxContiguous) {
            maxContiguous = Math.max(maxContiguous, first.getValue());
            detached.remove(first.getKey());
            first = detached.firstEntry();
        }
    }
}
