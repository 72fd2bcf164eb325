package dev.weft.chaos.cluster;

import dev.weft.testkit.FreePorts;
import java.util.List;

/** All nodes on this machine's loopback: no rights needed, and no network that could be cut. */
public final class Loopback implements Hosts {
    private static final String ADDRESS = "127.0.0.1";

    /** On Linux, the whole of 127.0.0.0/8 is loopback. */
    private static final String PROXY_ADDRESS = "127.0.0.2";

    /** For clients, Hazelcast, the event bus and operators. */
    private static final int PORTS_PER_NODE = 4;

    private final int nodes;
    private final boolean isProxied;
    private final List<Integer> ports;

    private Loopback(int nodes, boolean isProxied) {
        this.nodes = nodes;
        this.isProxied = isProxied;
        ports = FreePorts.inARow(PORTS_PER_NODE * nodes);
    }

    public static Loopback direct(int nodes) {
        return new Loopback(nodes, false);
    }

    /** Nodes reach each other only through the proxies. */
    public static Loopback behind(DelayProxies proxies, int nodes) {
        Loopback hosts = new Loopback(nodes, true);
        for (int node = 0; node < nodes; node++) {
            for (int port : List.of(hosts.hazelcastPort(node), hosts.busPort(node))) {
                proxies.forward(PROXY_ADDRESS, ADDRESS, port)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
            }
        }
        return hosts;
    }

    @Override
    public String nodeAddress(int node) {
        return ADDRESS;
    }

    @Override
    public String clusterAddress(int node) {
        return isProxied ? PROXY_ADDRESS : ADDRESS;
    }

    @Override
    public int clientPort(int node) {
        return ports.get(node);
    }

    @Override
    public int hazelcastPort(int node) {
        return ports.get(nodes + node);
    }

    @Override
    public int busPort(int node) {
        return ports.get(2 * nodes + node);
    }

    @Override
    public int httpPort(int node) {
        return ports.get(3 * nodes + node);
    }

    @Override
    public String storeAddress() {
        return ADDRESS;
    }

    @Override
    public List<String> prefix(int node) {
        return List.of();
    }

    @Override
    public void close() {
        // Nothing was made.
    }
}
