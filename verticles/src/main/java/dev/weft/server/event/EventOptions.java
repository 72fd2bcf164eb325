package dev.weft.server.event;

import java.util.Set;
import java.util.concurrent.Executor;

/**
 * How a listener is told.
 *
 * @param types what it wants to hear of; empty for everything
 * @param queueMax events that wait for it; those that come on top are dropped and counted
 * @param executor where it is called, one event at a time, for instance {@code task -> context.runOnContext(run ->
 *     task.run())}; null for a thread of its own
 */
public record EventOptions(Set<Class<? extends ServerEvent>> types, int queueMax, Executor executor) {
    public static final int QUEUE_MAX = 10_000;

    public static final EventOptions DEFAULT = new EventOptions(Set.of(), QUEUE_MAX, null);

    public EventOptions {
        types = Set.copyOf(types);
        if (queueMax < 1) {
            throw new IllegalArgumentException("queueMax is " + queueMax + ", must be at least 1");
        }
    }

    /** Only these types, on a thread of its own. */
    public static EventOptions of(Set<Class<? extends ServerEvent>> types) {
        return new EventOptions(types, QUEUE_MAX, null);
    }

    public EventOptions on(Executor chosen) {
        return new EventOptions(types, queueMax, chosen);
    }

    public EventOptions withQueueMax(int chosen) {
        return new EventOptions(types, chosen, executor);
    }
}
