package dev.weft.cluster;

import java.util.Objects;

/**
 * Where a node listens for other nodes, and under which name they reach it. Every port is explicit: a node that slipped
 * to the next free port would be outside the others' member lists.
 *
 * @param bindHost address to listen on; {@code 0.0.0.0} needs a {@code publicHost}
 * @param publicHost address that others use; null means {@code bindHost}
 * @param hazelcastPort membership and registry, TCP
 * @param busPort Vert.x event bus, TCP; 0 lets the system choose, and the choice is published to the others
 */
public record Network(String bindHost, String publicHost, int hazelcastPort, int busPort) {
    public static final int DEFAULT_HAZELCAST_PORT = 5701;
    public static final int DEFAULT_BUS_PORT = 5801;

    public Network {
        Objects.requireNonNull(bindHost, "bindHost");
        ClusterOptions.requirePort(hazelcastPort, "hazelcastPort");
        ClusterOptions.requireBetween(busPort, 0, 65_535, "busPort");
        if (publicHost == null && isWildcard(bindHost)) {
            throw new IllegalArgumentException(
                    "bindHost " + bindHost + " needs a publicHost that other nodes can reach");
        }
        publicHost = publicHost == null ? bindHost : publicHost;
    }

    /** This machine only, at the default ports. */
    public static Network loopback() {
        return new Network("127.0.0.1", null, DEFAULT_HAZELCAST_PORT, DEFAULT_BUS_PORT);
    }

    public Network withPorts(int newHazelcastPort, int newBusPort) {
        return new Network(bindHost, publicHost, newHazelcastPort, newBusPort);
    }

    boolean bindsAnyInterface() {
        return isWildcard(bindHost);
    }

    private static boolean isWildcard(String host) {
        return host.equals("0.0.0.0") || host.equals("::");
    }
}
