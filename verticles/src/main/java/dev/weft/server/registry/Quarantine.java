package dev.weft.server.registry;

/** How often in a row a document has failed, and until when it is left alone for that. */
final class Quarantine {
    private final OwnershipTiming timing;
    private int failures;
    private long until;
    private long servedSince;

    Quarantine(OwnershipTiming timing) {
        this.timing = timing;
    }

    void served(long now) {
        servedSince = now;
    }

    /** Whether the document has been served for so long that what happened before no longer counts. */
    boolean isHealthy(long now) {
        return now - servedSince >= timing.healthyMillis();
    }

    void failed(long now, boolean whileServing) {
        if (whileServing && isHealthy(now)) {
            failures = 0;
        }
        failures++;
        int doublings = Math.min(failures - 1, 20);
        until = now + Math.min(timing.quarantineMaxMillis(), timing.quarantineMillis() << doublings);
    }

    void forgive(long now) {
        failures = 0;
        until = now;
    }

    int failures() {
        return failures;
    }

    long until() {
        return until;
    }

    boolean isOver(long now) {
        return now >= until;
    }

    /** When a document that nobody asked for again is let go, and its failures forgotten. */
    long forgetAt() {
        return until + timing.quarantineMaxMillis();
    }
}
