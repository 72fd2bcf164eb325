package dev.weft.client.connection;

import dev.weft.crdt.clock.WallClock;
import java.util.function.LongSupplier;

/** Milliseconds that start at the wall clock's and never go backwards or jump, whatever is done to the wall clock. */
public final class SteadyClock implements LongSupplier {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long startMillis;
    private final long startNanos = System.nanoTime();

    public SteadyClock(WallClock wallClock) {
        this.startMillis = wallClock.millis();
    }

    @Override
    public long getAsLong() {
        return startMillis + (System.nanoTime() - startNanos) / NANOS_PER_MILLI;
    }
}
