package dev.weft.cli.config;

import dev.weft.cluster.ClusterOptions;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.server.ServerOptions;
import dev.weft.server.auth.jwt.JwtOptions;
import dev.weft.server.awareness.AwarenessOptions;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.gateway.TlsFiles;
import dev.weft.server.http.HttpOptions;
import dev.weft.server.limits.ConnectionLimits;
import dev.weft.server.limits.DocumentLimits;
import dev.weft.server.link.LinkLimits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Every option of a node, in the order of the reference page. What is not here cannot be set. */
final class Settings {
    private static final int PORT_MAX = 65_535;
    private static final int MANY = 1_000_000;
    private static final int GIB = 1 << 30;
    private static final int HOUR = 3_600_000;
    private static final int DAY = 24 * HOUR;

    private static final GatewayOptions GATEWAY = GatewayOptions.DEFAULT;
    private static final ConnectionLimits CONNECTION = ConnectionLimits.DEFAULT;
    private static final FrameLimits FRAME = FrameLimits.DEFAULT;
    private static final LinkLimits LINK = LinkLimits.DEFAULT;
    private static final HostLimits HOST = HostLimits.DEFAULT;
    private static final DocumentLimits DOCUMENT = DocumentLimits.DEFAULT;
    private static final AwarenessOptions PRESENCE = AwarenessOptions.DEFAULT;
    private static final JwtOptions JWT = JwtOptions.DEFAULT;

    private static final List<Setting<?>> ALL = new ArrayList<>();

    // Where clients come in.

    static final Setting<String> CLIENTS_HOST = add(
            "clients.host",
            Kind.TEXT,
            GATEWAY.host(),
            "Address to listen on for clients, 0.0.0.0 for every one.",
            "--host");
    static final Setting<Integer> CLIENTS_PORT = add(
            "clients.port",
            Kind.number(0, PORT_MAX),
            GATEWAY.port(),
            "Port for clients, 0 for any free one.",
            "--port");
    static final Setting<Boolean> CLIENTS_CREATE = add(
            "clients.create",
            Kind.FLAG,
            true,
            "Whether a document that does not exist is created when it is first opened.");
    static final Setting<List<String>> CLIENTS_ORIGINS = add(
            "clients.origins",
            Kind.LIST,
            List.of(),
            "Origins of web pages that may connect, such as https://app.example.org; * for any. Nothing means pages of"
                    + " the same host, and on loopback pages of this machine.");
    static final Setting<Integer> CLIENTS_GATEWAYS = add(
            "clients.gateways",
            Kind.number(1, 256),
            ServerOptions.DEFAULT.gateways(),
            "Event loops that serve clients; by default one per processor.");

    // Encryption towards clients.

    static final Setting<String> TLS_CERTIFICATE_FILE = add(
            "tls.certificate-file",
            Kind.TEXT,
            null,
            "Certificate of this node as PEM, with those between it and the root; clients then connect by wss.");
    static final Setting<String> TLS_KEY_FILE = add("tls.key-file", Kind.TEXT, null, "Its private key as PEM.");
    static final Setting<Integer> TLS_RELOAD = add(
            "tls.reload",
            Kind.time(100, DAY),
            TlsFiles.RELOAD_MILLIS,
            "How often to look whether the files have changed; a new certificate serves new connections.");

    // Who is let in.

    static final Setting<String> AUTH_KIND = add(
            "auth.kind",
            Kind.choice("none", "tokens", "jwt"),
            "none",
            "How clients show who they are: not at all, by a secret of the tokens file, or by a token that an issuer has"
                    + " signed.",
            "--auth");
    static final Setting<Boolean> AUTH_ALLOW_ANONYMOUS = add(
            "auth.allow-anonymous",
            Kind.FLAG,
            false,
            "Let in everybody, also when other machines can reach this node.",
            "--allow-anonymous");
    static final Setting<String> AUTH_TOKENS_FILE = add(
            "auth.tokens-file",
            Kind.TEXT,
            null,
            "YAML list of tokens, each with token, subject, read, write and peers; see docs/security.md.");
    static final Setting<List<String>> JWT_ALGORITHMS = add(
            "auth.jwt.algorithms",
            Kind.LIST,
            List.copyOf(new TreeSet<>(JWT.algorithms())),
            "Algorithms a signature may have: HS, RS, PS and ES with 256, 384 or 512.");
    static final Setting<List<String>> JWT_KEY_FILES = add(
            "auth.jwt.key-files",
            Kind.LIST,
            List.of(),
            "Public keys or certificates as PEM, or JWK sets; read again when they change.");
    static final Setting<String> JWT_SECRET_FILE = add(
            "auth.jwt.secret-file", Kind.TEXT, null, "File with the shared secret of HS algorithms, 32 bytes or more.");
    static final Setting<String> JWT_JWKS_URL = add(
            "auth.jwt.jwks-url",
            Kind.TEXT,
            null,
            "Where the issuer publishes its keys as a JWK set; https, or loopback.");
    static final Setting<String> JWT_ISSUER =
            add("auth.jwt.issuer", Kind.TEXT, null, "What a token must name as its issuer.");
    static final Setting<List<String>> JWT_AUDIENCES =
            add("auth.jwt.audiences", Kind.LIST, List.of(), "One of these a token must name as its audience.");
    static final Setting<Integer> JWT_LEEWAY = add(
            "auth.jwt.leeway",
            Kind.time(0, 600_000),
            JWT.leewaySeconds() * 1_000,
            "How far the clocks of issuer and node may differ; whole seconds.");
    static final Setting<String> JWT_CLAIM = add(
            "auth.jwt.claim",
            Kind.TEXT,
            JWT.claim(),
            "The claim that grants: an object with lists read, write and peers.");
    static final Setting<Integer> JWT_REFRESH = add(
            "auth.jwt.refresh",
            Kind.time(1_000, DAY),
            JWT.refreshMillis(),
            "How often keys are fetched and key files looked at.");

    // Where documents are kept.

    static final Setting<String> STORE_KIND = add(
            "store.kind",
            Kind.choice("embedded", "postgres", "memory"),
            "embedded",
            "Where documents are kept.",
            "--store");
    static final Setting<String> STORE_DATA =
            add("store.data", Kind.TEXT, "data", "Folder of the embedded store.", "--data");
    static final Setting<Boolean> STORE_LOSSY_RECOVERY = add(
            "store.lossy-recovery",
            Kind.FLAG,
            false,
            "Open the folder even if its log is damaged in the middle, and lose what lies behind the damage. A torn end,"
                    + " which a power failure leaves, needs no permission.",
            "--lossy-recovery");
    static final Setting<String> STORE_POSTGRES_URL = addSecret(
            "store.postgres-url",
            "Database of the postgres store: postgresql://USER:PASSWORD@HOST:PORT/DATABASE. The schema is created and"
                    + " migrated by the server.",
            "--postgres-url");
    static final Setting<String> STORE_DURABILITY = add(
            "store.durability",
            Kind.choice("commit", "relaxed"),
            "commit",
            "When others see an edit of an aware document: once it is durable, or at once. It is acknowledged when it is"
                    + " durable, either way.");
    static final Setting<Integer> STORE_PASSIVATE = add(
            "store.passivate",
            Kind.time(100, DAY),
            ServerOptions.DEFAULT.passivateMillis(),
            "A document nobody follows leaves memory after this time.");
    static final Setting<Long> STORE_HISTORY_HORIZON = add(
            "store.history-horizon",
            Kind.largeTime(0, 100L * 366 * DAY),
            ServerOptions.DEFAULT.history().millis(),
            "History older than this may be replaced by a snapshot, where no replica that was in sync since can tell; 0 to"
                    + " keep it for ever, which takes three bytes a change.");

    // Other nodes.

    static final Setting<List<String>> CLUSTER_MEMBERS = add(
            "cluster.members",
            Kind.LIST,
            List.of(),
            "Hazelcast addresses HOST:PORT of the nodes of the cluster; this node's own may be among them. A node without"
                    + " any is alone.",
            "--join");
    static final Setting<String> CLUSTER_KUBERNETES_SERVICE = add(
            "cluster.kubernetes-service",
            Kind.TEXT,
            null,
            "Instead of cluster.members: the full DNS name of a headless service whose pods are the nodes, such as"
                    + " weft-nodes.default.svc.cluster.local.");
    static final Setting<String> CLUSTER_NAME =
            add("cluster.name", Kind.TEXT, "weft", "Nodes of other clusters are refused.", "--cluster-name");
    static final Setting<String> CLUSTER_NODE_NAME =
            add("cluster.node-name", Kind.TEXT, "node", "Name in logs.", "--node-name");
    static final Setting<String> CLUSTER_HOST =
            add("cluster.host", Kind.TEXT, "127.0.0.1", "Own address that the other nodes reach.", "--cluster-host");
    static final Setting<String> CLUSTER_BIND_HOST = add(
            "cluster.bind-host",
            Kind.TEXT,
            null,
            "Address to listen on for other nodes, if it is not the one they reach.",
            "--cluster-bind-host");
    static final Setting<Integer> CLUSTER_HAZELCAST_PORT = add(
            "cluster.hazelcast-port",
            Kind.number(1, PORT_MAX),
            5701,
            "Port for membership and the directory of documents.",
            "--hazelcast-port");
    static final Setting<Integer> CLUSTER_BUS_PORT =
            add("cluster.bus-port", Kind.number(0, PORT_MAX), 5801, "Port of the event bus.", "--bus-port");
    static final Setting<Integer> CLUSTER_AWAIT_MEMBERS = add(
            "cluster.await-members",
            Kind.number(1, ClusterOptions.AWAITED_NODES_MAX),
            1,
            "Serve once so many nodes have joined, or after "
                    + TimeUnit.MILLISECONDS.toSeconds(ClusterOptions.AWAIT_MILLIS_MAX) + " s without them.",
            "--await-members");
    static final Setting<String> CLUSTER_PLACEMENT = add(
            "cluster.placement",
            Kind.choice("local", "balanced"),
            "local",
            "Which node owns a document that nobody owns: the one where it is first opened, or one chosen by name and"
                    + " load.",
            "--placement");
    static final Setting<Boolean> CLUSTER_ALLOW_UNSHARED_STORE = add(
            "cluster.allow-unshared-store",
            Kind.FLAG,
            false,
            "Join although each node keeps its own documents: those of a lost node are gone, or come back only with it.",
            "--allow-unshared-store");

    static final Setting<String> CLUSTER_TLS_AUTHORITY_FILE = add(
            "cluster.tls.authority-file",
            Kind.TEXT,
            null,
            "Certificate of the private authority that signs the nodes' certificates, as PEM; encrypts the event bus, both"
                    + " sides showing theirs. Hazelcast's own connections stay in clear, see docs/security.md.");
    static final Setting<String> CLUSTER_TLS_CERTIFICATE_FILE =
            add("cluster.tls.certificate-file", Kind.TEXT, null, "Certificate of this node for other nodes, as PEM.");
    static final Setting<String> CLUSTER_TLS_KEY_FILE =
            add("cluster.tls.key-file", Kind.TEXT, null, "Its private key as PEM.");

    // For operators.

    static final Setting<Integer> HTTP_PORT = add(
            "http.port",
            Kind.number(0, PORT_MAX),
            null,
            "Port for health, metrics and the HTTP interface, 0 for any free one.",
            "--http-port");
    static final Setting<String> HTTP_HOST =
            add("http.host", Kind.TEXT, HttpOptions.DEFAULT.host(), "Address to listen on there.", "--http-host");
    static final Setting<String> HTTP_API_TOKENS_FILE = add(
            "http.api-tokens-file",
            Kind.TEXT,
            null,
            "Serves the HTTP interface there for whoever shows one of these tokens; a YAML list like that of"
                    + " auth.tokens-file. Who may write * operates the cluster too.",
            "--api-tokens-file");
    static final Setting<List<String>> WEBHOOK_URLS = add(
            "webhooks.urls",
            Kind.LIST,
            List.of(),
            "Told what happens to documents of this node; see docs/http-api.md.");
    static final Setting<String> WEBHOOK_SECRET_FILE = add(
            "webhooks.secret-file",
            Kind.TEXT,
            null,
            "File whose first line signs what is sent; 16 characters or more.");

    static final Setting<String> TRACES_URL = add(
            "traces.url",
            Kind.TEXT,
            null,
            "Where traces of edits go, in the OTLP form over HTTP, such as http://collector:4318/v1/traces; nothing is"
                    + " traced without it.");
    static final Setting<Integer> TRACES_ONE_IN =
            add("traces.one-in", Kind.number(1, 1_000_000), 1, "Of how many edits one is traced.");

    // What one client, address or document may cost.

    static final Setting<Integer> LIMIT_CONNECTIONS = add(
            "limits.connections",
            Kind.number(1, MANY),
            CONNECTION.connectionsMax(),
            "TCP connections of this node. A further one is closed at once.");
    static final Setting<Integer> LIMIT_CONNECTIONS_PER_ADDRESS = add(
            "limits.connections-per-address",
            Kind.number(1, MANY),
            CONNECTION.perAddressMax(),
            "The same from one address, of IPv6 from one network of 64 bits. Raise it to the first behind a proxy, whose"
                    + " address all clients share.");
    static final Setting<Integer> LIMIT_PENDING = add(
            "limits.pending",
            Kind.number(1, MANY),
            CONNECTION.pendingMax(),
            "Connections of this node from which no first message has come yet. A further one is closed at once.");
    static final Setting<Integer> LIMIT_PENDING_PER_ADDRESS = add(
            "limits.pending-per-address",
            Kind.number(1, MANY),
            CONNECTION.pendingPerAddressMax(),
            "The same from one address.");
    static final Setting<Integer> LIMIT_UPGRADE_TIME = add(
            "limits.upgrade-time",
            Kind.time(100, HOUR),
            CONNECTION.upgradeMillisMax(),
            "Time for a connection to become a WebSocket. Then it is closed.");
    static final Setting<Integer> LIMIT_FIRST_MESSAGE_TIME = add(
            "limits.first-message-time",
            Kind.time(100, HOUR),
            CONNECTION.firstMessageMillisMax(),
            "Time from there to the end of the first message. Then it is closed with 1008.");
    static final Setting<Integer> LIMIT_MESSAGE_TIME = add(
            "limits.message-time",
            Kind.time(100, HOUR),
            CONNECTION.messageMillisMax(),
            "Time from the first fragment of a message to its last. Then the connection is closed with 1008.");
    static final Setting<Integer> LIMIT_SILENT_TIME = add(
            "limits.silent-time",
            Kind.time(1_000, DAY),
            GATEWAY.silentMillisMax(),
            "A connection from which nothing comes for so long is closed; stock clients say something every 15 s.");
    static final Setting<Integer> LIMIT_STALLED_TIME = add(
            "limits.stalled-time",
            Kind.time(1_000, DAY),
            GATEWAY.stalledMillisMax(),
            "A connection that takes nothing of what waits for it for so long is closed.");
    static final Setting<Integer> LIMIT_MESSAGE_BYTES = add(
            "limits.message-bytes",
            Kind.bytes(1_024, 16 << 20),
            FRAME.frameBytesMax(),
            "Bytes of a message as it travels, fragmented or not. Beyond it the connection is closed with 1009.");
    static final Setting<Integer> LIMIT_INFLATED_BYTES = add(
            "limits.inflated-bytes",
            Kind.bytes(1_024, 16 << 20),
            FRAME.inflatedBytesMax(),
            "Bytes of a message after decompression. Beyond it the message is refused with INVALID_MESSAGE.");
    static final Setting<Integer> LIMIT_JSON_DEPTH = add(
            "limits.json-depth",
            Kind.number(8, 500),
            FRAME.jsonDepthMax(),
            "Nested arrays and objects in a message. Beyond it the message is refused with INVALID_MESSAGE.");
    static final Setting<Integer> LIMIT_CHANGES_PER_MESSAGE = add(
            "limits.changes-per-message",
            Kind.number(1, MANY),
            FRAME.changesMax(),
            "Changes in one message. Beyond it the message is refused with INVALID_MESSAGE.");
    static final Setting<Integer> LIMIT_VERSION_VECTOR_PEERS = add(
            "limits.version-vector-peers",
            Kind.number(1, MANY),
            FRAME.versionVectorPeersMax(),
            "Peers in one version vector. Beyond it the message is refused with INVALID_MESSAGE.");
    static final Setting<Integer> LIMIT_DOCUMENT_ID_LENGTH = add(
            "limits.document-id-length",
            Kind.number(1, 1_024),
            FRAME.documentIdCharsMax(),
            "Characters of a document id. Beyond it the message is refused with INVALID_MESSAGE.");
    static final Setting<Integer> LIMIT_MESSAGES_PER_SECOND = add(
            "limits.messages-per-second",
            Kind.number(0, MANY),
            CONNECTION.messagesPerSecond(),
            "Messages of one connection, and fragments and pings of its WebSocket; 0 for no limit. Who sends more is read"
                    + " more slowly.");
    static final Setting<Integer> LIMIT_MESSAGE_BURST = add(
            "limits.message-burst",
            Kind.number(1, MANY),
            CONNECTION.messageBurst(),
            "Messages that may come at once after a silence.");
    static final Setting<Integer> LIMIT_BYTES_PER_SECOND = add(
            "limits.bytes-per-second",
            Kind.bytes(0, GIB),
            CONNECTION.bytesPerSecond(),
            "Bytes of messages of one connection; 0 for no limit. Who sends more is read more slowly.");
    static final Setting<Integer> LIMIT_BYTE_BURST = add(
            "limits.byte-burst",
            Kind.bytes(1, GIB),
            CONNECTION.byteBurst(),
            "Bytes that may come at once after a silence.");
    static final Setting<Integer> LIMIT_DOCUMENTS_PER_CONNECTION = add(
            "limits.documents-per-connection",
            Kind.number(1, 10_000),
            GATEWAY.documentsPerConnectionMax(),
            "Documents one connection may have open. A further one is refused with INVALID_MESSAGE.");
    static final Setting<Integer> LIMIT_SESSIONS_PER_DOCUMENT = add(
            "limits.sessions-per-document",
            Kind.number(1, MANY),
            LINK.sessionsMax(),
            "Sessions of one event loop on one document. A further one is refused with INTERNAL_ERROR.");
    static final Setting<Integer> LIMIT_FOLLOWERS = add(
            "limits.followers",
            Kind.number(1, 100_000),
            HOST.followersMax(),
            "Event loops, of all nodes, that may follow one document.");
    static final Setting<Integer> LIMIT_WRITE_QUEUE_BYTES = add(
            "limits.write-queue-bytes",
            Kind.bytes(16 << 10, GIB),
            GATEWAY.writeQueueBytesMax(),
            "Bytes that wait for a connection before it is sent one catch-up instead of every change.");
    static final Setting<Integer> LIMIT_UNCONFIRMED_BYTES = add(
            "limits.unconfirmed-bytes",
            Kind.bytes(64 << 10, GIB),
            LINK.ringBytesMax(),
            "Bytes of changes to one document from one event loop that are not durable yet. Beyond it the senders are not"
                    + " read.");
    static final Setting<Integer> LIMIT_HELD_ASIDE = add(
            "limits.held-aside",
            Kind.number(1, MANY),
            HOST.heldAsideMax(),
            "Changes of one document that wait for one they depend on. Beyond it the oldest are forgotten.");
    static final Setting<Long> LIMIT_DOCUMENT_BYTES = add(
            "limits.document-bytes",
            Kind.largeBytes(64 << 10, 64L * GIB),
            DOCUMENT.bytesMax(),
            "Bytes that the history of a document may occupy in memory. What goes beyond is refused with INVALID_MESSAGE.");
    static final Setting<Integer> LIMIT_PEERS_PER_DOCUMENT = add(
            "limits.peers-per-document",
            Kind.number(1, MANY),
            DOCUMENT.peersMax(),
            "Peers that ever wrote into a document. Changes of further ones are refused with INVALID_MESSAGE.");
    static final Setting<Integer> LIMIT_HANDLERS_PER_DOCUMENT = add(
            "limits.handlers-per-document",
            Kind.number(1, MANY),
            DOCUMENT.handlersMax(),
            "Handlers of a document. Changes of further ones are refused with INVALID_MESSAGE.");
    static final Setting<Long> LIMIT_CLOCK_DRIFT = add(
            "limits.clock-drift",
            Kind.largeTime(1_000, DOCUMENT.driftMillisMax()),
            DOCUMENT.driftMillisMax(),
            "How far the clock of a change may be ahead of the node's. What is further ahead is refused with"
                    + " INVALID_MESSAGE; a device whose clock is that wrong cannot write. The default refuses only what"
                    + " would use up the clock of everybody else.");
    static final Setting<Long> LIMIT_RESIDENT_BYTES = add(
            "limits.resident-bytes",
            Kind.largeBytes(0, 1024L * GIB),
            ServerOptions.DEFAULT.residentBytesMax(),
            "Bytes that all documents of this node may occupy in memory; 0 for half of what the JVM may use. Beyond it no"
                    + " further document is opened, and what nobody uses leaves memory at once.");
    static final Setting<Integer> LIMIT_PRESENCE_CLIENTS = add(
            "limits.presence-clients",
            Kind.number(1, 100_000),
            PRESENCE.clientsMax(),
            "Clients with presence in one document. Further ones are not shown.");
    static final Setting<Integer> LIMIT_PRESENCE_BYTES = add(
            "limits.presence-bytes",
            Kind.bytes(64, 8 << 20),
            PRESENCE.metadataBytesMax(),
            "Bytes of one client's presence. What is larger is not shown.");
    static final Setting<Integer> PRESENCE_THROTTLE = add(
            "limits.presence-throttle",
            Kind.time(0, 60_000),
            PRESENCE.throttleMillis(),
            "At most one update of a client's presence goes out in this time; the last one always does.");

    private Settings() {}

    static List<Setting<?>> all() {
        return Collections.unmodifiableList(ALL);
    }

    private static <T> Setting<T> add(String name, Kind<T> kind, T standard, String description, String... aliases) {
        Setting<T> setting = new Setting<>(name, kind, standard, false, List.of(aliases), description);
        ALL.add(setting);
        return setting;
    }

    private static Setting<String> addSecret(String name, String description, String... aliases) {
        Setting<String> setting = new Setting<>(name, Kind.TEXT, null, true, List.of(aliases), description);
        ALL.add(setting);
        return setting;
    }
}
