package dev.weft.server.gateway;

import dev.weft.protocol.codec.FrameLimits;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.Origins;
import dev.weft.server.limits.ConnectionLimits;
import dev.weft.server.link.LinkLimits;
import java.util.Optional;
import java.util.Set;

/**
 * How clients are served.
 *
 * @param host address to listen on
 * @param port 0 for any free one, {@link #MOUNTED} for none
 * @param create whether a document that does not exist is created when it is first joined
 * @param frames bounds of what a client may send; {@code frameBytesMax} bounds a WebSocket message, fragmented or not
 * @param links bounds of the links
 * @param writeQueueBytesMax unsent bytes per connection before its sessions are marked lagging
 * @param stalledMillisMax a connection that takes nothing for so long is closed
 * @param silentMillisMax a connection from which nothing comes for so long is closed
 * @param documentsPerConnectionMax documents one connection may have open
 * @param connections bounds of connections, also of those that have not shown who they are
 * @param auth who is let in and to what
 * @param tls how connections are encrypted; empty if they are not
 * @param compression which way of compressing each connection uses; by default the one its client begins with
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
        ConnectionLimits connections,
        AuthOptions auth,
        CompressionChoice compression,
        Optional<TlsFiles> tls) {
    /** The port of a gateway that listens on none: the application hands it requests of its own server. */
    public static final int MOUNTED = -1;

    public static final GatewayOptions DEFAULT = new GatewayOptions(
            "127.0.0.1",
            8080,
            true,
            FrameLimits.DEFAULT,
            LinkLimits.DEFAULT,
            1 << 20,
            60_000,
            90_000,
            64,
            ConnectionLimits.DEFAULT,
            AuthOptions.NONE,
            CompressionChoice.MIRROR,
            Optional.empty());

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1");

    public boolean isMounted() {
        return port == MOUNTED;
    }

    /** Whether only this machine reaches it. */
    public boolean isLoopbackOnly() {
        return LOOPBACK.contains(host);
    }

    Origins origins() {
        if (auth.origins() != null) {
            return auth.origins();
        }
        return isLoopbackOnly() ? Origins.LOOPBACK : Origins.SAME_HOST;
    }

    public static Builder builder() {
        return DEFAULT.toBuilder();
    }

    public Builder toBuilder() {
        return new Builder(this);
    }

    public GatewayOptions withPort(int value) {
        return toBuilder().port(value).build();
    }

    public GatewayOptions withHost(String value) {
        return toBuilder().host(value).build();
    }

    public GatewayOptions withCreate(boolean value) {
        return toBuilder().create(value).build();
    }

    public GatewayOptions withLinks(LinkLimits value) {
        return toBuilder().links(value).build();
    }

    public GatewayOptions withConnections(ConnectionLimits value) {
        return toBuilder().connections(value).build();
    }

    public GatewayOptions withAuth(AuthOptions value) {
        return toBuilder().auth(value).build();
    }

    public GatewayOptions withFrames(FrameLimits value) {
        return toBuilder().frames(value).build();
    }

    /** Collects options, beginning with those it was made from; not thread-safe. */
    public static final class Builder {
        private String host;
        private int port;
        private boolean create;
        private FrameLimits frames;
        private LinkLimits links;
        private int writeQueueBytesMax;
        private int stalledMillisMax;
        private int silentMillisMax;
        private int documentsPerConnectionMax;
        private ConnectionLimits connections;
        private AuthOptions auth;
        private Optional<TlsFiles> tls;
        private CompressionChoice compression;

        private Builder(GatewayOptions from) {
            host = from.host;
            port = from.port;
            create = from.create;
            frames = from.frames;
            links = from.links;
            writeQueueBytesMax = from.writeQueueBytesMax;
            stalledMillisMax = from.stalledMillisMax;
            silentMillisMax = from.silentMillisMax;
            documentsPerConnectionMax = from.documentsPerConnectionMax;
            connections = from.connections;
            auth = from.auth;
            tls = from.tls;
            compression = from.compression;
        }

        public Builder host(String value) {
            host = value;
            return this;
        }

        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder create(boolean value) {
            create = value;
            return this;
        }

        public Builder frames(FrameLimits value) {
            frames = value;
            return this;
        }

        public Builder links(LinkLimits value) {
            links = value;
            return this;
        }

        public Builder writeQueueBytesMax(int value) {
            writeQueueBytesMax = value;
            return this;
        }

        public Builder stalledMillisMax(int value) {
            stalledMillisMax = value;
            return this;
        }

        public Builder silentMillisMax(int value) {
            silentMillisMax = value;
            return this;
        }

        public Builder documentsPerConnectionMax(int value) {
            documentsPerConnectionMax = value;
            return this;
        }

        public Builder connections(ConnectionLimits value) {
            connections = value;
            return this;
        }

        public Builder tls(TlsFiles value) {
            tls = Optional.of(value);
            return this;
        }

        public Builder auth(AuthOptions value) {
            auth = value;
            return this;
        }

        public Builder compression(CompressionChoice value) {
            compression = value;
            return this;
        }

        public GatewayOptions build() {
            return new GatewayOptions(
                    host,
                    port,
                    create,
                    frames,
                    links,
                    writeQueueBytesMax,
                    stalledMillisMax,
                    silentMillisMax,
                    documentsPerConnectionMax,
                    connections,
                    auth,
                    compression,
                    tls);
        }
    }
}
