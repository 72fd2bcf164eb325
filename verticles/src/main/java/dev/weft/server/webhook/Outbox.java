package dev.weft.server.webhook;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;

/**
 * What one endpoint has still to be told, in order. A plain state machine; time is an input. One notice is under way at a
 * time, so that an endpoint sees them in order, and one that fails holds up those behind it until it is given up.
 */
final class Outbox {
    /** What became of an attempt. */
    enum Outcome {
        DELIVERED,
        /** It may go better next time. */
        FAILED,
        /** The endpoint does not want it, now or later. */
        REFUSED
    }

    private final WebhookOptions options;
    private final ArrayDeque<Buffer> waiting = new ArrayDeque<>();
    private boolean isUnderWay;
    private int attempts;
    private long notBeforeMillis = Long.MIN_VALUE;

    Outbox(WebhookOptions options) {
        this.options = options;
    }

    /** @return false if there is no room */
    boolean add(Buffer notice) {
        if (waiting.size() >= options.queueMax()) {
            return false;
        }
        waiting.addLast(notice);
        return true;
    }

    /** @return what to send now; null if nothing is due */
    Buffer take(long nowMillis) {
        if (isUnderWay || waiting.isEmpty() || nowMillis < notBeforeMillis) {
            return null;
        }
        isUnderWay = true;
        attempts++;
        return waiting.peekFirst();
    }

    /** @return whether the notice was given up */
    boolean answered(Outcome outcome, long nowMillis) {
        isUnderWay = false;
        boolean isGivenUp =
                outcome == Outcome.REFUSED || outcome == Outcome.FAILED && attempts >= options.attemptsMax();
        if (outcome == Outcome.DELIVERED || isGivenUp) {
            waiting.removeFirst();
            attempts = 0;
            notBeforeMillis = Long.MIN_VALUE;
        } else {
            int doublings = Math.min(attempts - 1, 20);
            notBeforeMillis = nowMillis + Math.min(options.retryMaxMillis(), (long) options.retryMillis() << doublings);
        }
        return isGivenUp;
    }

    int size() {
        return waiting.size();
    }
}
