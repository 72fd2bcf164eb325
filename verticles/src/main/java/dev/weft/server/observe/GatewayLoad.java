package dev.weft.server.observe;

/**
 * What one gateway holds, published by it now and then and read by whoever collects metrics. All fields belong to one
 * reading.
 *
 * @param connections client sockets
 * @param links documents its clients have open
 * @param ringBytes submissions that no owner has acknowledged yet
 * @param pausedConnections sockets that are not read because such a ring is full
 * @param congestedConnections sockets that take nothing at present
 * @param tickedAtNanos when it was published: a gateway that publishes nothing hangs
 */
public record GatewayLoad(
        int connections,
        int links,
        long ringBytes,
        int pausedConnections,
        int congestedConnections,
        long tickedAtNanos) {
    public static final GatewayLoad NONE = new GatewayLoad(0, 0, 0, 0, 0, 0);
}
