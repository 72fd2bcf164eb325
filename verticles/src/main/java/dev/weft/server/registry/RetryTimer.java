package dev.weft.server.registry;

/** One pending retry at most, later after each failure in a row. */
final class RetryTimer {
    static final long NEVER = Long.MAX_VALUE;

    private final long firstMillis;
    private final long maxMillis;
    private long pauseMillis;
    private long at = NEVER;
    private int tries;

    RetryTimer(long firstMillis, long maxMillis) {
        this.firstMillis = firstMillis;
        this.maxMillis = maxMillis;
        this.pauseMillis = firstMillis;
    }

    void schedule(long now) {
        at = now + pauseMillis;
        pauseMillis = Math.min(maxMillis, pauseMillis * 2);
        tries++;
    }

    /** Once, without counting as a failure. */
    void scheduleAt(long time) {
        at = time;
    }

    /** Something worked: the next failure starts with the first pause. */
    void reset() {
        at = NEVER;
        pauseMillis = firstMillis;
        tries = 0;
    }

    int tries() {
        return tries;
    }

    long nextPauseMillis() {
        return pauseMillis;
    }

    long at() {
        return at;
    }

    /** Whether the retry is due; it is then taken off. */
    boolean takeDue(long now) {
        if (at > now) {
            return false;
        }
        at = NEVER;
        return true;
    }
}
