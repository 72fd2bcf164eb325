package dev.weft.server.bus;

/** Every event bus address of Weft. One per node, and one for all: an address per document would not scale. */
public final class Addresses {
    /** Every node listens; see {@link RevocationChannel}. */
    static final String REVOCATIONS = "weft.revocations";

    private Addresses() {}

    /** The inbox of a node; everything for its documents and its gateways goes there. */
    public static String node(String nodeId) {
        return "weft.node." + nodeId;
    }

    /** What nodes ask each other on behalf of an operator. */
    public static String calls(String nodeId) {
        return node(nodeId) + ".calls";
    }
}
