package dev.weft.server.gateway;

import dev.weft.server.limits.ConnectionCounts;
import dev.weft.server.limits.ConnectionLimits;
import dev.weft.server.limits.Limit;
import dev.weft.server.limits.LimitCounters;
import io.vertx.core.http.HttpConnection;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The TCP connections of one gateway that are no WebSocket yet. Whoever connects and says nothing, or one byte at a time,
 * has a place for a limited time, and there is a limited number of places. Confined to the gateway's context.
 */
final class PendingConnections {
    private final ConnectionLimits limits;
    private final ConnectionCounts counts;
    private final LimitCounters counters;
    private final Map<HttpConnection, Pending> pending = new IdentityHashMap<>();

    PendingConnections(ConnectionLimits limits, ConnectionCounts counts, LimitCounters counters) {
        this.limits = limits;
        this.counts = counts;
        this.counters = counters;
    }

    void opened(HttpConnection connection, long nowMillis) {
        ConnectionCounts.Place place = counts.open(connection.remoteAddress().hostAddress(), counters);
        if (place == null) {
            connection.close();
            return;
        }
        pending.put(connection, new Pending(place, nowMillis));
        connection.closeHandler(closed -> closed(connection));
    }

    private void closed(HttpConnection connection) {
        Pending gone = pending.remove(connection);
        if (gone != null) {
            gone.place.free();
        }
    }

    /**
     * It has made a request, so it may take as long again for the next.
     *
     * @return whether it may still make any
     */
    boolean requested(HttpConnection connection, long nowMillis) {
        return pending.computeIfPresent(connection, (c, before) -> new Pending(before.place, nowMillis)) != null;
    }

    /** It was refused, and what it has sent behind that request is not looked at. */
    void refused(HttpConnection connection) {
        closed(connection);
    }

    /** It is a WebSocket now. @return its place, to be freed by who serves it; null if it is gone already */
    ConnectionCounts.Place upgraded(HttpConnection connection) {
        Pending upgraded = pending.remove(connection);
        return upgraded == null ? null : upgraded.place;
    }

    void tick(long nowMillis) {
        List<HttpConnection> late = new ArrayList<>();
        pending.forEach((connection, each) -> {
            if (nowMillis - each.sinceMillis >= limits.upgradeMillisMax()) {
                late.add(connection);
            }
        });
        for (HttpConnection connection : late) {
            counters.hit(Limit.UPGRADE_TIME);
            closed(connection);
            connection.close();
        }
    }

    private record Pending(ConnectionCounts.Place place, long sinceMillis) {}
}
