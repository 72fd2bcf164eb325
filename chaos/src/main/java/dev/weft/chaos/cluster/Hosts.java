package dev.weft.chaos.cluster;

import java.util.List;

/** Where nodes and the database are: addresses, and how a process is started there. */
public interface Hosts extends AutoCloseable {
    /** What clients connect to, and what a node listens on. */
    String nodeAddress(int node);

    /** What other nodes connect to. */
    default String clusterAddress(int node) {
        return nodeAddress(node);
    }

    int clientPort(int node);

    int hazelcastPort(int node);

    int busPort(int node);

    /** Of the interface for operators. */
    int httpPort(int node);

    /** Under which nodes reach the database. */
    String storeAddress();

    /** A command that starts the rest of its arguments on the host of a node. */
    List<String> prefix(int node);

    @Override
    void close();
}
