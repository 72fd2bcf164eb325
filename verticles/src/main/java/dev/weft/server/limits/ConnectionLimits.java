package dev.weft.server.limits;

/**
 * The bounds of connections, before and after they show who they are.
 *
 * @param connectionsMax TCP connections of one node
 * @param perAddressMax the same from one address; the proxy's, where one stands before the node
 * @param pendingMax connections of one node from which no first message has come yet
 * @param pendingPerAddressMax the same from one address
 * @param upgradeMillisMax time for a connection to become a WebSocket, or to make its next request
 * @param firstMessageMillisMax time from the upgrade to the end of the first message
 * @param messageMillisMax time from the first fragment of a message to its last
 * @param messagesPerSecond messages of one connection; 0 for no limit
 * @param messageBurst messages that may come at once
 * @param bytesPerSecond bytes of messages of one connection; 0 for no limit
 * @param byteBurst bytes that may come at once
 */
public record ConnectionLimits(
        int connectionsMax,
        int perAddressMax,
        int pendingMax,
        int pendingPerAddressMax,
        int upgradeMillisMax,
        int firstMessageMillisMax,
        int messageMillisMax,
        int messagesPerSecond,
        int messageBurst,
        int bytesPerSecond,
        int byteBurst) {
    public static final ConnectionLimits DEFAULT = new ConnectionLimits(
            50_000, 10_000, 4_096, 1_024, 10_000, 10_000, 60_000, 20_000, 40_000, 32 << 20, 64 << 20);
}
