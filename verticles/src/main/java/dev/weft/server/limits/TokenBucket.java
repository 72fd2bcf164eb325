package dev.weft.server.limits;

/**
 * How much may come per second, over a burst that was saved up. What is already here is always taken, so the bucket may
 * go into debt; until the debt is paid nothing more is to be read. Not thread-safe.
 */
public final class TokenBucket {
    private static final long MILLIS_PER_SECOND = 1_000;

    private final long perSecond;
    private final long burst;
    private long level;
    private long filledAtMillis;

    /** @param perSecond 0 for no limit; @param burst what may come at once after a silence */
    public TokenBucket(long perSecond, long burst, long nowMillis) {
        this.perSecond = perSecond;
        this.burst = Math.max(1, burst);
        this.level = this.burst;
        this.filledAtMillis = nowMillis;
    }

    /** @return whether more may come now */
    public boolean take(long amount, long nowMillis) {
        if (perSecond == 0) {
            return true;
        }
        fill(nowMillis);
        level -= amount;
        return level > 0;
    }

    public boolean mayTake(long nowMillis) {
        if (perSecond == 0) {
            return true;
        }
        fill(nowMillis);
        return level > 0;
    }

    private void fill(long nowMillis) {
        long elapsed = nowMillis - filledAtMillis;
        // Whatever the product of a long silence would be, the bucket is full then.
        long gained = elapsed > MILLIS_PER_SECOND * (1 + burst / perSecond) + debtMillis()
                ? burst - level
                : elapsed * perSecond / MILLIS_PER_SECOND;
        if (gained > 0) {
            level = Math.min(burst, level + gained);
            // What is not a whole token yet counts towards the next.
            filledAtMillis = level == burst ? nowMillis : filledAtMillis + gained * MILLIS_PER_SECOND / perSecond;
        }
    }

    private long debtMillis() {
        return level < 0 ? -level / perSecond * MILLIS_PER_SECOND : 0;
    }
}
