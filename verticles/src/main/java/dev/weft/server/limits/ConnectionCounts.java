package dev.weft.server.limits;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * The connections of a node, in all and by address. Of IPv6 the first 64 bits count as one address, because that many
 * are given to a single household. Thread-safe: gateways of one node share it.
 */
public final class ConnectionCounts {
    private static final int IPV6_BLOCK_BYTES = 8;

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
        String block = blockOf(address);
        Counts own = byAddress.computeIfAbsent(block, a -> new Counts());
        all.open++;
        all.pending++;
        own.open++;
        own.pending++;
        return new Place(block);
    }

    /** {@link #open(String)}; if it may not be, counts the limit that was in the way. */
    public synchronized Place open(String address, LimitCounters counters) {
        Limit limit = exceeded(address);
        if (limit != null) {
            counters.hit(limit);
            return null;
        }
        return open(address);
    }

    /** @return the limit that keeps the next connection of an address out; null if none does */
    public synchronized Limit exceeded(String address) {
        Counts own = byAddress.getOrDefault(blockOf(address), Counts.NONE);
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

    private static String blockOf(String address) {
        if (address == null || address.indexOf(':') < 0) {
            return String.valueOf(address);
        }
        try {
            // It is in numbers, so nobody is asked for a name.
            InetAddress parsed = InetAddress.getByName(withoutZone(address));
            // IPv4 in the clothes of IPv6 comes out as what it is.
            return parsed instanceof Inet4Address
                    ? parsed.getHostAddress()
                    : HexFormat.of().formatHex(parsed.getAddress(), 0, IPV6_BLOCK_BYTES);
        } catch (UnknownHostException e) {
            return address;
        }
    }

    private static String withoutZone(String address) {
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
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
