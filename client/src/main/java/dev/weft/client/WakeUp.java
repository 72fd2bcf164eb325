package dev.weft.client;

import io.vertx.core.Vertx;
import java.util.function.LongSupplier;

/**
 * One timer for the earliest thing a session waits for. Rings too early rather than being moved with every message: an
 * idle tick costs next to nothing. Confined to the client's context.
 */
final class WakeUp {
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final LongSupplier clock;
    private final Runnable task;
    private long timer = NO_TIMER;
    private long ringsAt = Long.MAX_VALUE;

    WakeUp(Vertx vertx, LongSupplier clock, Runnable task) {
        this.vertx = vertx;
        this.clock = clock;
        this.task = task;
    }

    /** Rings at this time, or before. @param deadline {@link Long#MAX_VALUE} for never */
    void by(long deadline) {
        if (deadline >= ringsAt) {
            return;
        }
        cancel();
        ringsAt = deadline;
        timer = vertx.setTimer(Math.max(1, deadline - clock.getAsLong()), ignored -> {
            timer = NO_TIMER;
            ringsAt = Long.MAX_VALUE;
            task.run();
        });
    }

    void cancel() {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
            ringsAt = Long.MAX_VALUE;
        }
    }
}
