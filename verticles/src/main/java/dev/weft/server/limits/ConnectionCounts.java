package dev.weft.server.limits;

import java.util.HashMap;
import java.util.Map;

/** The connections of a node, in all and by address. Thread-safe: gateways of one node share it. */
public final class ConnectionCounts {
    private final ConnectionLimits limits;
    private final Map<String, Counts> byAddress = new HashMap<>();
    private final Counts all = new Counts();

    public ConnectionCounts(ConnectionLimits limits) {
        this.limits = limits;
    }

    /** @return null if it may not be; otherwise its place, pending at first. {@link #exceeded} says what was in the way */
    public synchronized Place open(String address) {
        if (exceeded(address) != null) {
            return null;
        }
        Counts own = byAddress.computeIfAbsent(address, a -> new Counts());
        all.open++;
        all.pending++;
        own.open++;
        own.pending++;
        return new Place(address);
    }

    /** @return the limit that keeps the next connection of an address out; null if none does */
    public synchronized Limit exceeded(String address) {
        Counts own = byAddress.getOrDefault(address, Counts.NONE);
        if (all.open >= limits.connectionsMax()) {
            return Limit.CONNECTIONS;
        }
        if (own.open >= limits.perAddressMax()) {
            return Limit.CONNECTIONS_PER_ADDRESS;
        }
        if (all.pending >= limits.pendingMax()) {
            return Limit.PENDING;
        }
        return own.pending >= limits.pendingPerAddressMax() ? Limit.PENDING_PER_ADDRESS : null;
    }

    public synchronized int open() {
        return all.open;
    }

    public synchronized int pending() {
        return all.pending;
    }

    private static final class Counts {
        static final Counts NONE = new Counts();

        int open;
        int pending;
    }

    /** What one connection takes up. */
    public final class Place {
        private final String address;
        private boolean isPending = true;
        private boolean isFree;

        private Place(String address) {
            this.address = address;
        }

        /** Its first message has come. */
        public void settle() {
            synchronized (ConnectionCounts.this) {
                if (isPending && !isFree) {
                    isPending = false;
                    all.pending--;
                    byAddress.get(address).pending--;
                }
            }
        }

        /** It is gone; repeated calls change nothing. */
        public void free() {
            synchronized (ConnectionCounts.this) {
                if (isFree) {
                    return;
                }
                settle();
                isFree = true;
                all.open--;
                Counts own = byAddress.get(address);
                own.open--;
                if (own.open == 0) {
                    byAddress.remove(address);
                }
            }
        }
    }
}
