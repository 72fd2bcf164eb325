package dev.weft.client.sync;

/**
 * Decides when the server may be asked for its state: one request at a time, and further apart the longer asking does
 * not help. A server that reports a thousand changes as out of sync gets one request, not a thousand.
 */
final class RequestPacer {
    private static final long SPACING_MIN_MILLIS = 250;
    private static final long SPACING_MAX_MILLIS = 15_000;
    private static final long CALM_MILLIS = 30_000;
    private static final long NEVER = Long.MAX_VALUE;

    private final long timeoutMillis;
    private boolean outstanding;
    private boolean wanted;
    private long answerDueAt = NEVER;
    private long nextAllowedAt = Long.MIN_VALUE;
    private long lastSentAt = Long.MIN_VALUE;
    private long spacingMillis;

    RequestPacer(long timeoutMillis) {
        this.timeoutMillis = timeoutMillis;
    }

    void reset() {
        outstanding = false;
        wanted = false;
        answerDueAt = NEVER;
        nextAllowedAt = Long.MIN_VALUE;
        lastSentAt = Long.MIN_VALUE;
        spacingMillis = 0;
    }

    /** Something makes a request desirable. While one is on its way its answer is awaited first. */
    void want() {
        if (!outstanding) {
            wanted = true;
        }
    }

    void noLongerWanted() {
        wanted = false;
    }

    boolean isOutstanding() {
        return outstanding;
    }

    /** Whether a request is on its way or will be: what is sent now may be refused for what the answer will show. */
    boolean isPending() {
        return outstanding || wanted;
    }

    /** If true, the caller must send the request now. */
    boolean takeIfDue(long now) {
        if (!wanted || outstanding || now < nextAllowedAt) {
            return false;
        }
        if (lastSentAt != Long.MIN_VALUE && now - lastSentAt >= CALM_MILLIS) {
            spacingMillis = 0;
        }
        spacingMillis = Math.min(SPACING_MAX_MILLIS, Math.max(SPACING_MIN_MILLIS, spacingMillis * 2));
        wanted = false;
        outstanding = true;
        lastSentAt = now;
        nextAllowedAt = now + spacingMillis;
        answerDueAt = now + timeoutMillis;
        return true;
    }

    /** @return whether a request was outstanding */
    boolean answered() {
        boolean solicited = outstanding;
        outstanding = false;
        answerDueAt = NEVER;
        return solicited;
    }

    /** If true, the answer is overdue and was given up. */
    boolean takeIfOverdue(long now) {
        if (!outstanding || now < answerDueAt) {
            return false;
        }
        answered();
        return true;
    }

    long nextDeadline() {
        if (outstanding) {
            return answerDueAt;
        }
        return wanted ? nextAllowedAt : NEVER;
    }
}
