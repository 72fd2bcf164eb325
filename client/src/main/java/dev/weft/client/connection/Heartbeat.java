package dev.weft.client.connection;

/** When to ping, and when a peer that does not answer counts as gone. Only pongs prove life (spec protocol 5.6). */
public final class Heartbeat {
    private final long intervalMillis;
    private final long timeoutMillis;
    private long nextPingAt;
    private long lastPongAt;

    public Heartbeat(long intervalMillis, long timeoutMillis) {
        this.intervalMillis = intervalMillis;
        this.timeoutMillis = timeoutMillis;
    }

    public void start(long now) {
        lastPongAt = now;
        nextPingAt = now + intervalMillis;
    }

    public void pinged(long now) {
        nextPingAt = now + intervalMillis;
    }

    public void ponged(long now) {
        lastPongAt = now;
    }

    public boolean isPingDue(long now) {
        return now >= nextPingAt;
    }

    public boolean isPeerSilent(long now) {
        return now >= lastPongAt + timeoutMillis;
    }

    /** The earlier of the next ping and the moment the peer counts as silent. */
    public long nextDeadline() {
        return Math.min(nextPingAt, lastPongAt + timeoutMillis);
    }
}
