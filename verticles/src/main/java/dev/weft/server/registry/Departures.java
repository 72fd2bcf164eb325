package dev.weft.server.registry;

import java.util.HashMap;
import java.util.Map;

/**
 * Which nodes have left and not come back: they may be alive, on the other side of a cut. Times are milliseconds of a clock
 * that never goes backwards. Not thread-safe.
 */
public final class Departures {
    /** A node that has been away for so long is not waited for. */
    static final long REMEMBERED_MILLIS = 600_000;

    /** When a node has come back, the entries of its side need a moment to follow. */
    static final long SETTLED_AFTER_JOIN_MILLIS = 2_000;

    /** A process that stood still may have been thought dead, and hears of it only now. */
    static final long SETTLED_AFTER_PAUSE_MILLIS = 10_000;

    private final Map<String, Long> leftAt = new HashMap<>();
    private long settledAt = Long.MIN_VALUE;

    public void left(String nodeId, long now) {
        leftAt.values().removeIf(at -> now - at >= REMEMBERED_MILLIS);
        leftAt.put(nodeId, now);
    }

    public void joined(String nodeId, long now) {
        leftAt.remove(nodeId);
        settledAt = Math.max(settledAt, now + SETTLED_AFTER_JOIN_MILLIS);
    }

    /** This process stood still. */
    public void paused(long now) {
        settledAt = Math.max(settledAt, now + SETTLED_AFTER_PAUSE_MILLIS);
    }

    /** Whether the registry of this node knows of every owner there is, as far as this node can tell. */
    public boolean isWhole(long now) {
        return now >= settledAt && leftAt.values().stream().allMatch(at -> now - at >= REMEMBERED_MILLIS);
    }
}
