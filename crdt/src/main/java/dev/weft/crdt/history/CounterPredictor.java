package dev.weft.crdt.history;

import java.util.Arrays;

/**
 * Guesses the counters of element ids, so that only the difference is written. Encoder and decoder ask it the same
 * questions in the same order.
 */
final class CounterPredictor {
    /*
     * Who types at one place names the element just made, the same right neighbour as before and a fresh element; who
     * deletes names the element behind or before the one just deleted. Each of these is one of the guesses below, and the
     * writer notes which one was closest.
     */
    static final int GUESSES = 7;
    /** The guess for the first counter that nobody chooses. */
    static final int FRESH = 3;

    private long[] newest;
    private long first;
    private long second;
    private long last;

    /** @param peers how many there are; more may turn up */
    CounterPredictor(int peers) {
        newest = new long[peers];
        Arrays.fill(newest, -1);
    }

    /**
     * @param sameSlot what stood here in the last body of this shape
     * @param counters those of this body before {@code at}
     * @param peer whose counter it is
     */
    long guess(int which, long sameSlot, long[] counters, int at, int peer) {
        switch (which) {
            case 0:
                return sameSlot;
            case 1:
                return last;
            case 2:
                return at > 0 ? counters[at - 1] : 0;
            case FRESH:
                return peer < newest.length ? newest[peer] + 1 : 0;
            case 4:
                return at > 1 ? counters[at - 2] : 0;
            case 5:
                return first;
            default:
                return second;
        }
    }

    /** A body with these counters was written or read. */
    void note(int peer, long counter) {
        if (peer >= newest.length) {
            int known = newest.length;
            newest = Arrays.copyOf(newest, Math.max(peer + 1, known * 2));
            Arrays.fill(newest, known, newest.length, -1);
        }
        newest[peer] = Math.max(newest[peer], counter);
    }

    void endBody(long[] counters, int count) {
        if (count > 0) {
            first = counters[0];
            second = count > 1 ? counters[1] : counters[0];
            last = counters[count - 1];
        }
    }
}
