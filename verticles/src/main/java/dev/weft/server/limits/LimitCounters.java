package dev.weft.server.limits;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How often each limit was met on this node since its start. Thread-safe. */
public final class LimitCounters {
    private final Map<Limit, LongAdder> counters = new EnumMap<>(Limit.class);

    public LimitCounters() {
        for (Limit limit : Limit.values()) {
            counters.put(limit, new LongAdder());
        }
    }

    public void hit(Limit limit) {
        counters.get(limit).increment();
    }

    public long count(Limit limit) {
        return counters.get(limit).sum();
    }
}
