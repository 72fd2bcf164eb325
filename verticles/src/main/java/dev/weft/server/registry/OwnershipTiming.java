package dev.weft.server.registry;

/**
 * The bounds of an {@link OwnershipProtocol}, in milliseconds unless named otherwise.
 *
 * @param waitMillis longest wait for an answer; stock clients give up after 5 s and must hear within 4 s, of which the
 *     way between nodes takes some
 * @param waitersMax how many may wait for one document
 * @param attemptMillis how long a claim is tried without success before it is given up
 * @param retryMillis first pause between tries; doubles up to {@code retryMaxMillis}, which is also what people wait at
 *     most once a store or registry that was away is back
 * @param claimRoundsMax claims against presumed-dead owners in one attempt
 * @param lossesMax how often in one attempt the document may be taken away while it loads
 * @param announceMillis how long the successor of a hand-off may load ahead before it is handed over all the same
 * @param flushMillis how long a flush may take before a hand-off is called off, or, on draining, goes on without it
 * @param signpostMillis how long after a hand-off the old owner sends people to the new one by itself
 * @param detachedMillis how long an owner that the store has fenced, but its half of the cluster has not, goes on serving
 *     before it claims again; 0 means not at all
 * @param quarantineMillis first pause after a failure to load; doubles up to {@code quarantineMaxMillis}
 * @param healthyMillis a document that was served this long without failing starts again with the first pause; an owner
 *     that was fenced claims again at once at most so often
 */
public record OwnershipTiming(
        long waitMillis,
        int waitersMax,
        long attemptMillis,
        long retryMillis,
        long retryMaxMillis,
        int claimRoundsMax,
        int lossesMax,
        long announceMillis,
        long flushMillis,
        long signpostMillis,
        long detachedMillis,
        long quarantineMillis,
        long quarantineMaxMillis,
        long healthyMillis) {
    /** The bound of I7: nobody waits longer for the answer to a handshake. */
    public static final long ANSWER_MILLIS_MAX = 4_000;

    public OwnershipTiming {
        require(waitMillis > 0 && waitMillis < ANSWER_MILLIS_MAX, "waitMillis must be below " + ANSWER_MILLIS_MAX);
        require(waitersMax > 0, "waitersMax must be positive");
        require(
                attemptMillis > 0 && announceMillis >= 0 && flushMillis > 0 && signpostMillis >= 0,
                "a limit is negative");
        require(retryMillis > 0 && retryMaxMillis >= retryMillis, "retryMaxMillis must be at least retryMillis");
        require(claimRoundsMax > 0 && lossesMax > 0, "rounds must be positive");
        require(detachedMillis >= 0 && healthyMillis >= 0, "a time is negative");
        require(
                quarantineMillis > 0 && quarantineMaxMillis >= quarantineMillis,
                "quarantineMaxMillis must be at least quarantineMillis");
    }

    public static OwnershipTiming defaults() {
        return new OwnershipTiming(
                3_800, 1_000, 10_000, 50, 500, 4, 3, 2_000, 5_000, 2_000, 15_000, 1_000, 300_000, 60_000);
    }

    /** The same, but a fenced owner stops serving at once instead of going on without the right to write. */
    public OwnershipTiming withoutDetaching() {
        return with(0, quarantineMillis);
    }

    /** The same, but a document that cannot be loaded is left alone for so long at first. */
    public OwnershipTiming withQuarantineMillis(long value) {
        return with(detachedMillis, value);
    }

    private OwnershipTiming with(long detached, long quarantine) {
        return new OwnershipTiming(
                waitMillis,
                waitersMax,
                attemptMillis,
                retryMillis,
                retryMaxMillis,
                claimRoundsMax,
                lossesMax,
                announceMillis,
                flushMillis,
                signpostMillis,
                detached,
                quarantine,
                quarantineMaxMillis,
                healthyMillis);
    }

    private static void require(boolean isTrue, String message) {
        if (!isTrue) {
            throw new IllegalArgumentException(message);
        }
    }
}
