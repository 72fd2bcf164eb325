package dev.weft.cli.config;

import dev.weft.cluster.BusTls;
import dev.weft.cluster.ClusterOptions;
import dev.weft.cluster.Discovery;
import dev.weft.cluster.Network;
import dev.weft.crdt.clock.WallClock;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.server.OperationOptions;
import dev.weft.server.ServerOptions;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.Authenticator;
import dev.weft.server.auth.Origins;
import dev.weft.server.auth.jwt.JwtAuthenticator;
import dev.weft.server.auth.jwt.JwtOptions;
import dev.weft.server.awareness.AwarenessOptions;
import dev.weft.server.awareness.AwarenessPlugin;
import dev.weft.server.document.host.HistoryHorizon;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.event.EventListener;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.gateway.TlsFiles;
import dev.weft.server.http.HttpOptions;
import dev.weft.server.limits.ConnectionLimits;
import dev.weft.server.limits.DocumentLimits;
import dev.weft.server.link.LinkLimits;
import dev.weft.server.registry.BalancedPlacement;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import dev.weft.server.storage.StoreListener;
import dev.weft.server.storage.embedded.EmbeddedDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedStoreOptions;
import dev.weft.server.storage.postgres.PostgresDocumentStore;
import dev.weft.server.storage.postgres.PostgresStoreOptions;
import dev.weft.server.webhook.WebhookOptions;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What a server is started with, as it was configured. */
public final class NodeSettings implements AutoCloseable {
    private static final int MILLIS_PER_SECOND = 1_000;

    private final Configuration configuration;
    private TraceExport traces;

    NodeSettings(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * @param listeners hear of the start, too
     * @throws InvalidConfigurationException if a file that is named holds something else
     */
    public ServerOptions serverOptions(EventListener... listeners) {
        ServerOptions.Builder options = ServerOptions.builder()
                .gateway(gateway())
                .gateways(get(Settings.CLIENTS_GATEWAYS))
                .hosting(hosting())
                .history(HistoryHorizon.ofMillis(get(Settings.STORE_HISTORY_HORIZON)))
                .passivateMillis(get(Settings.STORE_PASSIVATE))
                .residentBytesMax(get(Settings.LIMIT_RESIDENT_BYTES))
                .listeners(List.of(listeners))
                .plugins(List.of(new AwarenessPlugin(presence())));
        options.operation(operation());
        if (isClustered()) {
            options.cluster(cluster()).allowUnsharedStore(get(Settings.CLUSTER_ALLOW_UNSHARED_STORE));
            if (get(Settings.CLUSTER_PLACEMENT).equals("balanced")) {
                options.placement(new BalancedPlacement());
            }
        }
        return options.build();
    }

    /** When the node has stopped: sends the traces that are left. */
    @Override
    public void close() {
        if (traces != null) {
            traces.close();
        }
    }

    private OperationOptions operation() {
        OperationOptions operation = OperationOptions.DEFAULT.withWebhooks(webhooks());
        if (get(Settings.TRACES_URL) != null) {
            traces = TraceExport.to(
                    get(Settings.TRACES_URL), get(Settings.TRACES_ONE_IN), get(Settings.CLUSTER_NODE_NAME));
            operation = operation.withTelemetry(traces.telemetry());
        }
        if (get(Settings.HTTP_PORT) == null) {
            return operation;
        }
        HttpOptions http = HttpOptions.DEFAULT.withHost(get(Settings.HTTP_HOST)).withPort(get(Settings.HTTP_PORT));
        String tokens = get(Settings.HTTP_API_TOKENS_FILE);
        return operation.withHttp(
                tokens == null ? http : http.withApi(AuthOptions.of(TokensFile.read(Path.of(tokens)))));
    }

    private List<WebhookOptions> webhooks() {
        if (get(Settings.WEBHOOK_URLS).isEmpty()) {
            return List.of();
        }
        Path file = Path.of(get(Settings.WEBHOOK_SECRET_FILE));
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            String secret = lines.readLine();
            return get(Settings.WEBHOOK_URLS).stream()
                    .map(url -> WebhookOptions.of(url, secret == null ? "" : secret.strip()))
                    .toList();
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidConfigurationException(List.of("webhooks: " + e.getMessage()));
        }
    }

    public boolean isClustered() {
        return !get(Settings.CLUSTER_MEMBERS).isEmpty() || get(Settings.CLUSTER_KUBERNETES_SERVICE) != null;
    }

    public int awaitMembers() {
        return get(Settings.CLUSTER_AWAIT_MEMBERS);
    }

    public int port() {
        return get(Settings.CLIENTS_PORT);
    }

    /** Whether clients connect by {@code wss}. */
    public boolean isEncrypted() {
        return get(Settings.TLS_CERTIFICATE_FILE) != null;
    }

    /** @param vertx the node's own */
    public DocumentStore store(Vertx vertx) {
        return switch (get(Settings.STORE_KIND)) {
            case "memory" -> InMemoryDocumentStore.perNode(WallClock.SYSTEM);
            case "embedded" ->
                EmbeddedDocumentStore.perNode(
                        EmbeddedStoreOptions.in(Path.of(get(Settings.STORE_DATA)))
                                .withLossyRecovery(get(Settings.STORE_LOSSY_RECOVERY)),
                        StoreListener.NONE,
                        WallClock.SYSTEM);
            case "postgres" ->
                new PostgresDocumentStore(vertx, PostgresStoreOptions.at(get(Settings.STORE_POSTGRES_URL)));
            default -> throw new AssertionError(get(Settings.STORE_KIND));
        };
    }

    /** Where documents are kept, for people, as the end of a sentence. */
    public String describeStore() {
        return switch (get(Settings.STORE_KIND)) {
            case "memory" -> "documents live in memory only and are gone when it stops";
            case "embedded" ->
                "documents are kept in "
                        + Path.of(get(Settings.STORE_DATA)).toAbsolutePath().normalize();
            default -> "documents are kept in PostgreSQL";
        };
    }

    private GatewayOptions gateway() {
        GatewayOptions.Builder gateway = GatewayOptions.builder();
        if (isEncrypted()) {
            gateway.tls(new TlsFiles(
                    Path.of(get(Settings.TLS_CERTIFICATE_FILE)),
                    Path.of(get(Settings.TLS_KEY_FILE)),
                    get(Settings.TLS_RELOAD)));
        }
        return gateway.host(get(Settings.CLIENTS_HOST))
                .port(get(Settings.CLIENTS_PORT))
                .create(get(Settings.CLIENTS_CREATE))
                .frames(frames())
                .links(links())
                .writeQueueBytesMax(get(Settings.LIMIT_WRITE_QUEUE_BYTES))
                .stalledMillisMax(get(Settings.LIMIT_STALLED_TIME))
                .silentMillisMax(get(Settings.LIMIT_SILENT_TIME))
                .documentsPerConnectionMax(get(Settings.LIMIT_DOCUMENTS_PER_CONNECTION))
                .connections(connections())
                .auth(auth())
                .build();
    }

    private FrameLimits frames() {
        FrameLimits standard = FrameLimits.DEFAULT;
        return new FrameLimits(
                get(Settings.LIMIT_MESSAGE_BYTES),
                get(Settings.LIMIT_INFLATED_BYTES),
                get(Settings.LIMIT_JSON_DEPTH),
                get(Settings.LIMIT_INFLATED_BYTES),
                standard.nameCharsMax(),
                get(Settings.LIMIT_CHANGES_PER_MESSAGE),
                get(Settings.LIMIT_DOCUMENT_ID_LENGTH),
                get(Settings.LIMIT_VERSION_VECTOR_PEERS),
                standard.pluginValuesMax());
    }

    private LinkLimits links() {
        LinkLimits standard = LinkLimits.DEFAULT;
        return new LinkLimits(
                get(Settings.LIMIT_UNCONFIRMED_BYTES),
                standard.recentBytesMax(),
                standard.echoIdsMax(),
                standard.partBytesMax(),
                get(Settings.LIMIT_SESSIONS_PER_DOCUMENT),
                standard.retryMillis(),
                standard.suspicionMillis(),
                standard.handshakeMillisMax(),
                standard.outOfSyncMillis(),
                standard.resyncSpreadMillis(),
                standard.quietMillisMax(),
                standard.lingerMillis());
    }

    private HostLimits hosting() {
        HostLimits.Builder limits = HostLimits.builder()
                .heldAsideMax(get(Settings.LIMIT_HELD_ASIDE))
                .followersMax(get(Settings.LIMIT_FOLLOWERS))
                .documents(new DocumentLimits(
                        get(Settings.LIMIT_DOCUMENT_BYTES),
                        get(Settings.LIMIT_PEERS_PER_DOCUMENT),
                        get(Settings.LIMIT_HANDLERS_PER_DOCUMENT),
                        get(Settings.LIMIT_CLOCK_DRIFT)));
        if (get(Settings.STORE_DURABILITY).equals("relaxed")) {
            limits.tellAheadAfterMillis(0);
        }
        return limits.build();
    }

    private AwarenessOptions presence() {
        AwarenessOptions standard = AwarenessOptions.DEFAULT;
        return new AwarenessOptions(
                get(Settings.PRESENCE_THROTTLE),
                get(Settings.LIMIT_PRESENCE_BYTES),
                get(Settings.LIMIT_PRESENCE_CLIENTS),
                standard.confirmMillis(),
                standard.repeatMillis(),
                standard.refreshMillis());
    }

    private ConnectionLimits connections() {
        return new ConnectionLimits(
                get(Settings.LIMIT_CONNECTIONS),
                get(Settings.LIMIT_CONNECTIONS_PER_ADDRESS),
                get(Settings.LIMIT_PENDING),
                get(Settings.LIMIT_PENDING_PER_ADDRESS),
                get(Settings.LIMIT_UPGRADE_TIME),
                get(Settings.LIMIT_FIRST_MESSAGE_TIME),
                get(Settings.LIMIT_MESSAGE_TIME),
                get(Settings.LIMIT_MESSAGES_PER_SECOND),
                get(Settings.LIMIT_MESSAGE_BURST),
                get(Settings.LIMIT_BYTES_PER_SECOND),
                get(Settings.LIMIT_BYTE_BURST));
    }

    private AuthOptions auth() {
        AuthOptions auth =
                switch (get(Settings.AUTH_KIND)) {
                    case "tokens" -> AuthOptions.of(TokensFile.read(Path.of(get(Settings.AUTH_TOKENS_FILE))));
                    case "jwt" -> AuthOptions.of(jwt());
                    default -> AuthOptions.NONE.withAllowOpen(get(Settings.AUTH_ALLOW_ANONYMOUS));
                };
        List<String> origins = get(Settings.CLIENTS_ORIGINS);
        if (origins.isEmpty()) {
            return auth;
        }
        return auth.withOrigins(origins.contains("*") ? Origins.ANY : Origins.of(Set.copyOf(origins)));
    }

    private Authenticator jwt() {
        JwtOptions options = new JwtOptions(
                Set.copyOf(get(Settings.JWT_ALGORITHMS)),
                get(Settings.JWT_KEY_FILES).stream().map(Path::of).toList(),
                get(Settings.JWT_SECRET_FILE) == null ? null : Path.of(get(Settings.JWT_SECRET_FILE)),
                get(Settings.JWT_JWKS_URL) == null ? null : URI.create(get(Settings.JWT_JWKS_URL)),
                get(Settings.JWT_ISSUER),
                Set.copyOf(get(Settings.JWT_AUDIENCES)),
                get(Settings.JWT_LEEWAY) / MILLIS_PER_SECOND,
                get(Settings.JWT_CLAIM),
                get(Settings.JWT_REFRESH));
        return new JwtAuthenticator(options, WallClock.SYSTEM, System::nanoTime);
    }

    private ClusterOptions cluster() {
        ClusterOptions.Builder cluster = ClusterOptions.builder();
        if (get(Settings.CLUSTER_TLS_AUTHORITY_FILE) != null) {
            cluster.busTls(new BusTls(
                    Path.of(get(Settings.CLUSTER_TLS_AUTHORITY_FILE)),
                    Path.of(get(Settings.CLUSTER_TLS_CERTIFICATE_FILE)),
                    Path.of(get(Settings.CLUSTER_TLS_KEY_FILE))));
        }
        return cluster.clusterName(get(Settings.CLUSTER_NAME))
                .nodeName(get(Settings.CLUSTER_NODE_NAME))
                .network(new Network(
                        get(Settings.CLUSTER_BIND_HOST) == null
                                ? get(Settings.CLUSTER_HOST)
                                : get(Settings.CLUSTER_BIND_HOST),
                        get(Settings.CLUSTER_HOST),
                        get(Settings.CLUSTER_HAZELCAST_PORT),
                        get(Settings.CLUSTER_BUS_PORT)))
                .discovery(discovery())
                .awaitedNodes(awaitMembers())
                .build();
    }

    private Discovery discovery() {
        String service = get(Settings.CLUSTER_KUBERNETES_SERVICE);
        return service == null
                ? new Discovery.Members(get(Settings.CLUSTER_MEMBERS))
                : Discovery.Kubernetes.service(service);
    }

    private <T> T get(Setting<T> setting) {
        return configuration.get(setting);
    }
}
