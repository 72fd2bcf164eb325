package dev.weft.crdt.change;

import dev.weft.crdt.clock.HybridTimestamp;
import java.util.Arrays;

/** The order in which the changes of a log are replayed: by clock, then author (spec crdt 8.2). */
final class ReplayOrder {
    private final ChangeLog log;

    ReplayOrder(ChangeLog log) {
        this.log = log;
    }

    void sort(int[] ordinals) {
        // Mostly they are: changes arrive as they were made.
        if (isSorted(ordinals)) {
            return;
        }
        Integer[] boxed = new Integer[ordinals.length];
        Arrays.setAll(boxed, i -> ordinals[i]);
        Arrays.sort(boxed, this::compare);
        Arrays.setAll(ordinals, i -> boxed[i]);
    }

    private boolean isSorted(int[] ordinals) {
        for (int i = 1; i < ordinals.length; i++) {
            if (compare(ordinals[i - 1], ordinals[i]) > 0) {
                return false;
            }
        }
        return true;
    }

    private int compare(int a, int b) {
        int byClock = HybridTimestamp.compare(log.clockAt(a), log.clockAt(b));
        return byClock != 0 || a == b
                ? byClock
                : log.idAt(a).peer().compareTo(log.idAt(b).peer());
    }
}
