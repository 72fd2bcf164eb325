package dev.weft.server.gateway;

import dev.weft.protocol.codec.FrameLimits;
import dev.weft.server.link.LinkLimits;

/**
 * How clients are served.
 *
 * @param host address to listen on
 * @param port 0 for any free one
 * @param create whether a document that does not exist is created when it is first joined
 * @param frames bounds of what a client may send; {@code frameBytesMax} bounds a WebSocket message, fragmented or not
 * @param links bounds of the links
 * @param writeQueueBytesMax unsent bytes per connection before its sessions are marked lagging
 * @param stalledMillisMax a connection that takes nothing for so long is closed
 * @param silentMillisMax a connection from which nothing comes for so long is closed
 * @param documentsPerConnectionMax documents one connection may have open
 * @param connectionsMax connections of one node
 */
public record GatewayOptions(
        String host,
        int port,
        boolean create,
        FrameLimits frames,
        LinkLimits links,
        int writeQueueBytesMax,
        int stalledMillisMax,
        int silentMillisMax,
        int documentsPerConnectionMax,
        int connectionsMax) {
    public static final GatewayOptions DEFAULT = new GatewayOptions(
            "0.0.0.0", 8080, true, FrameLimits.DEFAULT, LinkLimits.DEFAULT, 1 << 20, 60_000, 90_000, 64, 50_000);

    public GatewayOptions withPort(int value) {
        return new GatewayOptions(
                host,
                value,
                create,
                frames,
                links,
                writeQueueBytesMax,
                stalledMillisMax,
                silentMillisMax,
                documentsPerConnectionMax,
                connectionsMax);
    }

    public GatewayOptions withHost(String value) {
        return new GatewayOptions(
                value,
                port,
                create,
                frames,
                links,
                writeQueueBytesMax,
                stalledMillisMax,
                silentMillisMax,
                documentsPerConnectionMax,
                connectionsMax);
    }

    public GatewayOptions withCreate(boolean value) {
        return new GatewayOptions(
                host,
                port,
                value,
                frames,
                links,
                writeQueueBytesMax,
                stalledMillisMax,
                silentMillisMax,
                documentsPerConnectionMax,
                connectionsMax);
    }

    public GatewayOptions withFrames(FrameLimits value) {
        return new GatewayOptions(
                host,
                port,
                create,
                value,
                links,
                writeQueueBytesMax,
                stalledMillisMax,
                silentMillisMax,
                documentsPerConnectionMax,
                connectionsMax);
    }

    public GatewayOptions withLinks(LinkLimits value) {
        return new GatewayOptions(
                host,
                port,
                create,
                frames,
                value,
                writeQueueBytesMax,
                stalledMillisMax,
                silentMillisMax,
                documentsPerConnectionMax,
                connectionsMax);
    }

    /**
     * @param queueBytesMax unsent bytes per connection before its sessions are marked lagging
     * @param stalledMillis a connection that takes nothing for so long is closed
     * @param silentMillis a connection from which nothing comes for so long is closed
     */
    public GatewayOptions withPatience(int queueBytesMax, int stalledMillis, int silentMillis) {
        return new GatewayOptions(
                host,
                port,
                create,
                frames,
                links,
                queueBytesMax,
                stalledMillis,
                silentMillis,
                documentsPerConnectionMax,
                connectionsMax);
    }
}
