package dev.weft.client.connection;

import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: doubling with jitter. The wait grows once per round through the endpoints,
 * so that one dead node of several costs no time. Not thread-safe.
 */
public final class Backoff {
    /**
     * @param initialMillis the wait after the first failed round
     * @param maxMillis no wait is longer, jitter excluded
     * @param jitterMillis a random part from 0 to this is added to every wait, the first included: clients that lost
     *     the same server must not come back in the same instant
     * @param attemptsMax failed attempts in a row before giving up; 0 for never
     */
    public record Policy(long initialMillis, long maxMillis, long jitterMillis, int attemptsMax) {
        /** The reference's relay client: half a second to ten seconds, for ever. */
        public static final Policy DEFAULT = new Policy(500, 10_000, 250, 0);

        public Policy {
            if (initialMillis < 0 || maxMillis < initialMillis || jitterMillis < 0 || attemptsMax < 0) {
                throw new IllegalArgumentException("Back-off out of range: " + initialMillis + ", " + maxMillis + ", "
                        + jitterMillis + ", " + attemptsMax);
            }
        }
    }

    private static final int DOUBLINGS_MAX = 20;

    private final Policy policy;
    private final int endpoints;
    private final RandomGenerator random;
    private int failures;
    private int attempts;

    public Backoff(Policy policy, int endpoints, RandomGenerator random) {
        this.policy = policy;
        this.endpoints = endpoints;
        this.random = random;
    }

    /** Counts a failed attempt or a lost connection. */
    public void failed() {
        failures++;
        attempts++;
    }

    /** The handshake succeeded: the count towards {@code attemptsMax} starts again. */
    public void succeeded() {
        attempts = 0;
    }

    /**
     * The connection has proven itself: waits start from the beginning again. Not at the handshake already: a peer that
     * drops us right after it, say because of what we upload, would be tried in a tight loop.
     */
    public void settled() {
        failures = 0;
        attempts = 0;
    }

    public boolean isExhausted() {
        return policy.attemptsMax > 0 && attempts >= policy.attemptsMax;
    }

    /** Milliseconds until the next attempt. The first after a settled connection waits for the jitter only. */
    public long nextDelayMillis() {
        int rounds = (failures - 1) / endpoints;
        long wait = rounds <= 0 ? 0 : doubled(rounds - 1);
        return wait + (policy.jitterMillis == 0 ? 0 : random.nextLong(policy.jitterMillis + 1));
    }

    private long doubled(int times) {
        long wait = policy.initialMillis << Math.min(times, DOUBLINGS_MAX);
        return Math.min(wait, policy.maxMillis);
    }
}
