package dev.weft.crdt.clock;

/**
 * Issues timestamps for one replica (spec crdt 2; Kulkarni et al., Logical Physical Clocks). Not thread-safe: a
 * document and its clock share one owner thread.
 *
 * <p>Where the reference lets the counter run past its 16 bits, this clock carries into the milliseconds, which every
 * peer understands (spec crdt W1).
 */
public final class HybridLogicalClock {
    private long packed;

    public HybridLogicalClock(HybridTimestamp start) {
        this.packed = start.packed();
    }

    public HybridTimestamp current() {
        return new HybridTimestamp(packed);
    }

    /** Stamps a local event. @param wallMillis physical time, milliseconds since the Unix epoch */
    public HybridTimestamp tick(long wallMillis) {
        long millis = packed >>> 16;
        long physical = clamp(wallMillis);
        packed = physical > millis ? physical << 16 : successor(packed);
        return current();
    }

    /** Moves past a stamp that was received. */
    public HybridTimestamp receive(long wallMillis, HybridTimestamp remote) {
        receive(wallMillis, remote.packed());
        return current();
    }

    /** {@link #receive(long, HybridTimestamp)} on packed stamps. */
    public void receive(long wallMillis, long remotePacked) {
        long newest = HybridTimestamp.max(packed, remotePacked);
        long physical = clamp(wallMillis);
        // Equal milliseconds take the larger counter plus one; a larger l on one side takes that side's counter plus
        // one; physical time ahead of both restarts the counter. The first two are the successor of the larger stamp.
        // A stamp at the end of time leaves the clock there, so that taking in never fails half-way; ticking does fail.
        packed = physical > newest >>> 16 ? physical << 16 : newest == -1L ? newest : newest + 1;
    }

    /**
     * @param maxDriftMillis how far the remote stamp may lie ahead of {@code wallMillis}
     * @throws ClockDriftException if it lies further; the clock is unchanged
     */
    public HybridTimestamp receive(long wallMillis, HybridTimestamp remote, long maxDriftMillis) {
        if (remote.millis() - wallMillis > maxDriftMillis) {
            throw new ClockDriftException("Remote clock " + remote + " is more than " + maxDriftMillis
                    + " ms ahead of physical time " + wallMillis);
        }
        return receive(wallMillis, remote);
    }

    private static long successor(long stamp) {
        if (stamp == -1L) {
            throw new IllegalStateException("The clock has reached the end of time");
        }
        // Adding one to the packed form is the carry: 65535 overflows into the milliseconds.
        return stamp + 1;
    }

    private static long clamp(long wallMillis) {
        return Math.max(0, Math.min(wallMillis, HybridTimestamp.MILLIS_MAX));
    }
}
