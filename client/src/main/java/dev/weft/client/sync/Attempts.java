package dev.weft.client.sync;

import dev.weft.client.connection.Backoff;

/**
 * The attempts to get a session: which endpoint is next and when, whether somebody waits for the outcome, and what was seen of
 * an attempt that may explain why it failed.
 */
final class Attempts {
    private final int endpoints;
    private final Backoff backoff;
    private int endpoint = -1;
    private int untried;
    private boolean awaited;
    private int undecodable;

    Attempts(int endpoints, Backoff backoff) {
        this.endpoints = endpoints;
        this.backoff = backoff;
    }

    /** Somebody waits for the outcome of one round through the endpoints. Whoever comes later joins. */
    void await() {
        if (!awaited) {
            awaited = true;
            untried = endpoints;
        }
    }

    /** @return the endpoint to try now */
    int begin() {
        undecodable = 0;
        endpoint = (endpoint + 1) % endpoints;
        return endpoint;
    }

    /** A message arrived that no codec can read. */
    void undecodable() {
        undecodable++;
    }

    /** How many messages of this attempt no codec could read. */
    int undecodableCount() {
        return undecodable;
    }

    void succeeded() {
        backoff.succeeded();
    }

    /** The last session has shown that its server can be reached again at once. */
    void settled() {
        backoff.settled();
    }

    /** The attempt failed, or the session it led to was lost. */
    void failed() {
        backoff.failed();
        untried--;
        if (backoff.isExhausted()) {
            untried = 0;
        }
    }

    boolean isExhausted() {
        return backoff.isExhausted();
    }

    long nextDelayMillis() {
        return backoff.nextDelayMillis();
    }

    /** Whether no endpoint is left that might still give whoever waits a better answer. */
    boolean isRoundOver() {
        return untried <= 0;
    }

    /** @return whether somebody waits for this answer; nobody does from now on */
    boolean answer() {
        boolean wanted = awaited;
        awaited = false;
        return wanted;
    }
}
