package dev.weft.server.bus;

/** Every event bus address of Weft. One per node: an address per document would not scale. */
public final class Addresses {
    private Addresses() {}

    /** The inbox of a node; everything for its documents and its gateways goes there. */
    public static String node(String nodeId) {
        return "weft.node." + nodeId;
    }
}
