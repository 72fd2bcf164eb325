package dev.weft.client;

import dev.weft.client.connection.Backoff;
import dev.weft.client.connection.Connector;
import dev.weft.client.connection.Timing;
import dev.weft.client.connection.TokenSource;
import dev.weft.client.connection.WebSocketConnector;
import dev.weft.client.plugin.ClientPlugin;
import dev.weft.client.sync.Bounds;
import dev.weft.client.sync.SessionSettings;
import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.message.Capability;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClientOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/** Everything a client is told once. Only the document id and an endpoint are needed; the rest has defaults. */
public final class ClientOptions {
    /** Snapshots of long documents arrive in one message; a stock server knows no limit at all. */
    public static final int MESSAGE_BYTES_MAX = 64 << 20;

    /** Edits whose durability is awaited at the same time. */
    public static final int AWAITED_EDITS_MAX = 100_000;

    private final Builder chosen;

    private ClientOptions(Builder chosen) {
        this.chosen = chosen;
    }

    public static Builder builder(String documentId) {
        return new Builder(documentId);
    }

    /** The shortest form: one endpoint, every default. */
    public static ClientOptions of(String documentId, String endpoint) {
        return builder(documentId).endpoints(endpoint).build();
    }

    public String documentId() {
        return chosen.documentId;
    }

    SessionSettings session() {
        return new SessionSettings(
                chosen.documentId,
                chosen.connectorFactory == null ? chosen.endpoints.size() : Math.max(1, chosen.endpoints.size()),
                chosen.capabilities,
                chosen.timing,
                chosen.backoff,
                chosen.bounds);
    }

    Connector connector(Vertx vertx, Context context) {
        if (chosen.connectorFactory != null) {
            return chosen.connectorFactory.apply(vertx, context);
        }
        return new WebSocketConnector(
                vertx,
                context,
                new WebSocketConnector.Settings(
                        chosen.endpoints,
                        chosen.headers,
                        chosen.tokens,
                        chosen.tokenPlacement,
                        chosen.messageBytesMax,
                        chosen.transport));
    }

    List<ClientPlugin> plugins() {
        return chosen.plugins;
    }

    Compressor compressor() {
        return chosen.compressor;
    }

    int messageBytesMax() {
        return chosen.messageBytesMax;
    }

    RandomGenerator random() {
        return chosen.random;
    }

    /** Collects options; not thread-safe. */
    public static final class Builder {
        private final String documentId;
        private List<URI> endpoints = List.of();
        private final Map<String, String> headers = new LinkedHashMap<>();
        private TokenSource tokens;
        private TokenSource.Placement tokenPlacement = TokenSource.Placement.AUTHORIZATION_HEADER;
        private WebSocketClientOptions transport = new WebSocketClientOptions();
        private BiFunction<Vertx, Context, Connector> connectorFactory;
        private Compressor compressor = Compressor.IDENTITY;
        private final List<ClientPlugin> plugins = new ArrayList<>();
        private Set<String> capabilities = Set.of(Capability.ACK, Capability.BATCH, Capability.RESUME);
        private Timing timing = Timing.DEFAULT;
        private Backoff.Policy backoff = Backoff.Policy.DEFAULT;
        private Bounds bounds = Bounds.DEFAULT;
        private int messageBytesMax = MESSAGE_BYTES_MAX;
        private RandomGenerator random = RandomGenerator.getDefault();

        private Builder(String documentId) {
            this.documentId = documentId;
        }

        /**
         * {@code ws} or {@code wss} addresses, tried in turn. Path and query are sent as they are. The client that is created with
         * another address throws {@link IllegalArgumentException}.
         */
        public Builder endpoints(String... addresses) {
            return endpoints(Arrays.stream(addresses).map(URI::create).toList());
        }

        /** The same, from a list. */
        public Builder endpoints(List<URI> addresses) {
            endpoints = List.copyOf(addresses);
            return this;
        }

        /** Adds a header to every upgrade request. */
        public Builder header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        /**
         * Who gives the credential of each connection; nobody by default. Asked on the client's context before every attempt, and
         * given up on after {@link Timing#connectTimeout}, in which connecting is included.
         */
        public Builder tokens(TokenSource source, TokenSource.Placement placement) {
            tokens = source;
            tokenPlacement = placement;
            return this;
        }

        /**
         * TLS, proxy and other properties of the socket; for {@code wss} set trust here unless the JDK's is right. Limits
         * and WebSocket compression in it are overridden.
         */
        public Builder transport(WebSocketClientOptions options) {
            transport = options;
            return this;
        }

        /** Another transport than WebSockets, for tests above all. Replaces endpoints, tokens and transport options. */
        public Builder connector(BiFunction<Vertx, Context, Connector> factory) {
            connectorFactory = factory;
            return this;
        }

        /** Must be the server's: it is not negotiated. */
        public Builder compressor(Compressor chosen) {
            compressor = chosen;
            return this;
        }

        /** Adds a plugin. Their order is the order in which they see messages. */
        public Builder plugin(ClientPlugin plugin) {
            plugins.add(plugin);
            return this;
        }

        /** Extensions to ask for, see {@link Capability}; none makes the client's wire the reference's. */
        public Builder capabilities(Set<String> asked) {
            capabilities = Set.copyOf(asked);
            return this;
        }

        /** Intervals in milliseconds; {@link Timing#DEFAULT} by default, which is the reference's. */
        public Builder timing(Timing chosen) {
            timing = chosen;
            return this;
        }

        /** How long to wait between attempts, and whether to give up; {@link Backoff.Policy#DEFAULT} by default, which never does. */
        public Builder backoff(Backoff.Policy policy) {
            backoff = policy;
            return this;
        }

        /** What is kept and sent at most; {@link Bounds#DEFAULT} by default. */
        public Builder bounds(Bounds chosen) {
            bounds = chosen;
            return this;
        }

        /** The largest message and frame accepted from the server in bytes, before and after decompression; 64 MiB by default. */
        public Builder messageBytesMax(int bytes) {
            messageBytesMax = bytes;
            return this;
        }

        /** The source of jitter. */
        public Builder random(RandomGenerator generator) {
            random = generator;
            return this;
        }

        /** @throws IllegalArgumentException if no endpoint is given */
        public ClientOptions build() {
            if (endpoints.isEmpty() && connectorFactory == null) {
                throw new IllegalArgumentException("At least one endpoint is needed");
            }
            return new ClientOptions(copy());
        }

        private Builder copy() {
            Builder copy = new Builder(documentId);
            copy.endpoints = endpoints;
            copy.headers.putAll(headers);
            copy.tokens = tokens;
            copy.tokenPlacement = tokenPlacement;
            copy.transport = new WebSocketClientOptions(transport);
            copy.connectorFactory = connectorFactory;
            copy.compressor = compressor;
            copy.plugins.addAll(plugins);
            copy.capabilities = capabilities;
            copy.timing = timing;
            copy.backoff = backoff;
            copy.bounds = bounds;
            copy.messageBytesMax = messageBytesMax;
            copy.random = random;
            return copy;
        }
    }
}
