package dev.weft.bench;

import java.util.Arrays;

/** Durations of single operations, all of them kept, so that a percentile is exact. Not thread-safe. */
public final class Latencies {
    private long[] nanos = new long[1024];
    private int count;
    private boolean sorted;

    public void add(long duration) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, count * 2);
        }
        nanos[count++] = duration;
        sorted = false;
    }

    public void add(Latencies others) {
        for (int i = 0; i < others.count; i++) {
            add(others.nanos[i]);
        }
    }

    public int count() {
        return count;
    }

    /** The duration that the given share of all did not exceed, in milliseconds; 0 if there are none. */
    public double millis(double share) {
        if (count == 0) {
            return 0;
        }
        if (!sorted) {
            Arrays.sort(nanos, 0, count);
            sorted = true;
        }
        int index = (int) Math.ceil(share * count) - 1;
        return nanos[Math.min(count - 1, Math.max(0, index))] / 1e6;
    }
}
