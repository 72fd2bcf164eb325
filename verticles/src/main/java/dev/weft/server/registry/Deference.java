package dev.weft.server.registry;

/**
 * How long a fenced owner leaves the document to one that this half of the cluster cannot see. Taking the epoch back at once
 * would be answered in kind, so each side leaves the other some time, and more each time.
 */
final class Deference {
    private final Quarantine health;
    private final RetryTimer pauses;
    private long until;

    /** @param health says since when the document has been served */
    Deference(OwnershipTiming timing, Quarantine health) {
        this.health = health;
        this.pauses = new RetryTimer(2 * timing.retryMaxMillis() / 5 + 1, 4 * timing.retryMaxMillis());
    }

    void begin(long now) {
        if (health.isHealthy(now)) {
            pauses.reset();
        }
        until = now + pauses.nextPauseMillis();
        pauses.schedule(now);
    }

    boolean isOver(long now) {
        return now >= until;
    }

    long until() {
        return until;
    }
}
