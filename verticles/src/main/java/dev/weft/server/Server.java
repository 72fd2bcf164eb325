package dev.weft.server;

import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.id.IdSource;
import dev.weft.protocol.message.Message;
import dev.weft.server.auth.Authenticator;
import dev.weft.server.auth.Revocation;
import dev.weft.server.auth.Revocations;
import dev.weft.server.awareness.AwarenessPlugin;
import dev.weft.server.bus.BusMessageCodec;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.bus.RevocationChannel;
import dev.weft.server.document.AwareDocumentLoader;
import dev.weft.server.document.DocumentDeployer;
import dev.weft.server.document.DocumentLoader;
import dev.weft.server.document.RelayRoomLoader;
import dev.weft.server.embed.Documents;
import dev.weft.server.embed.EmbedLimits;
import dev.weft.server.event.EventOptions;
import dev.weft.server.event.EventStream;
import dev.weft.server.event.EventSubscription;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.gateway.DocumentRouter;
import dev.weft.server.gateway.Doorkeeper;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.gateway.NodeGateways;
import dev.weft.server.http.HttpVerticle;
import dev.weft.server.limits.ConnectionCounts;
import dev.weft.server.limits.Limit;
import dev.weft.server.limits.LimitCounters;
import dev.weft.server.limits.NodeLimits;
import dev.weft.server.limits.ResidentBytes;
import dev.weft.server.observe.HealthChecks;
import dev.weft.server.observe.MeteredDocumentStore;
import dev.weft.server.observe.ServerMetrics;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.webhook.WebhookVerticle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running node. Starts in the order in which the parts need each other and stops in the reverse. */
public final class Server {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    private final Vertx vertx;
    private final OwnershipRegistry registry;
    private final DocumentStore store;
    private final ServerOptions options;
    private final Supplier<Future<Void>> closeVertx;
    private final ServerMetrics metrics;
    private final HealthChecks health;
    private final NodeInbox inbox;
    private final EventStream events;
    private final PluginChain plugins;
    private final DocumentRouter router;
    private final List<String> deployments = new ArrayList<>();
    private final LimitCounters counters = new LimitCounters();
    private final ResidentBytes resident;
    private final DocumentStore unmeasured;
    private final Revocations revocations = new Revocations();
    private final NodeGateways gateways;
    private final RevocationChannel revocationChannel;
    private final Documents embedded;
    private DocumentDeployer documents;
    private volatile String httpDeployment;
    private volatile int port;
    private volatile int httpPort;
    private Future<Void> draining;
    private Future<Void> stopping;

    /**
     * A node that does not run yet.
     *
     * @param events closed when it has stopped
     * @param closeVertx called last when it stops
     */
    Server(
            Vertx vertx,
            OwnershipRegistry registry,
            DocumentStore store,
            ServerOptions options,
            ServerMetrics metrics,
            EventStream events,
            Supplier<Future<Void>> closeVertx) {
        this.vertx = vertx;
        this.registry = registry;
        this.metrics = metrics;
        this.unmeasured = store;
        this.store = new MeteredDocumentStore(store, metrics);
        this.health = new HealthChecks(this.store, registry, metrics);
        this.options = options;
        this.closeVertx = closeVertx;
        this.events = events;
        this.plugins = new PluginChain(options.plugins(), System::nanoTime, events);
        this.router = new DocumentRouter(registry, this.store, options.placement());
        this.resident = new ResidentBytes(options.residentBytesMax());
        this.inbox = new NodeInbox(vertx, registry.localNode(), metrics.traces().isOn());
        this.embedded = new Documents(
                vertx,
                inbox,
                router,
                plugins,
                options.gateways(),
                options.gateway().links(),
                EmbedLimits.DEFAULT,
                WallClock.SYSTEM,
                IdSource.SECURE,
                () -> metrics.nanoTime() / 1_000_000);
        GatewayOptions gateway = options.gateway();
        Doorkeeper door =
                new Doorkeeper(gateway, revocations, plugins, new ConnectionCounts(gateway.connections()), counters);
        this.gateways = new NodeGateways(
                gateway,
                new NodeGateways.Surroundings(inbox, router, plugins, door, events, metrics, WallClock.SYSTEM),
                bound -> port = bound);
        this.revocationChannel = new RevocationChannel(vertx, revocations, gateways::revoked);
    }

    /**
     * Starts a node with a Vert.x of its own, clustered if the options say so. If it fails, nothing is left running.
     *
     * @return fails with {@link UnsharedStoreException} if the node would join a cluster with a store of its own and the
     *     options do not allow that
     */
    public static Future<Server> start(ServerOptions options, DocumentStore store) {
        return NodeStart.start(options, store);
    }

    /** {@link #start(ServerOptions, DocumentStore)} for a store that works on the node's own Vert.x. */
    public static Future<Server> start(ServerOptions options, Function<Vertx, DocumentStore> stores) {
        return NodeStart.start(options, stores);
    }

    /** Starts all parts; if one fails, stops those that run. Called once. */
    Future<Server> start() {
        try {
            BusMessageCodec.registerAll(vertx.eventBus());
        } catch (IllegalStateException e) {
            return Future.failedFuture(new IllegalStateException("This Vert.x has a Weft node already", e));
        }
        documents = newDeployer();
        addGauges();
        inbox.documents(documents::receive);
        registry.listen(new ClusterNews(events, documents, gateways, embedded, metrics));
        return NodeStart.unbound(store.open())
                .compose(opened -> inbox.start())
                .compose(started -> rehearse())
                .compose(rehearsed -> authenticator().start(vertx))
                .compose(started -> revocationChannel.start())
                .compose(started -> deployGateways())
                .compose(deployed -> embedded.start())
                .compose(started -> deployHttp())
                .map(this)
                .onSuccess(server -> tellStarted())
                .recover(failure -> giveUp(BindFailure.named(failure)));
    }

    private DocumentDeployer newDeployer() {
        return new DocumentDeployer(
                vertx,
                registry,
                store,
                inbox,
                loader(),
                options.hosting(),
                events,
                options.ownership(),
                Server::newId,
                options.passivateMillis(),
                metrics.documents(),
                new NodeLimits(counters, resident));
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }

    private DocumentLoader loader() {
        Supplier<String> log = store.isShared() ? store::logName : this::nodeId;
        DocumentLoader aware =
                new AwareDocumentLoader(options.hosting(), WallClock.SYSTEM, plugins, log, options.history());
        DocumentLoader relay = new RelayRoomLoader(options.hosting(), options.rooms(), plugins, log);
        return DocumentLoader.byKind(aware, relay);
    }

    private void addGauges() {
        metrics.gauge("weft.document.hosted", documents::hostedCount);
        metrics.gauge("weft.document.resident.bytes", resident::total);
        for (Limit limit : Limit.values()) {
            metrics.counted("weft.limit.reached", () -> reached(limit), "limit", limit.id());
        }
        metrics.gauge("weft.document.quarantined", documents::quarantinedCount);
        metrics.gauge("weft.cluster.members", () -> registry.members().size());
        metrics.gauge("weft.cluster.safe", () -> registry.isClusterSafe() ? 1 : 0);
        metrics.gauge("weft.node.draining", () -> health.isDraining() ? 1 : 0);
    }

    private Future<Void> rehearse() {
        return vertx.isClustered()
                ? Rehearsal.run(vertx, options, registry, unmeasured, System::nanoTime, Server::newId)
                : Future.succeededFuture();
    }

    private Authenticator authenticator() {
        return options.gateway().auth().authenticator();
    }

    private Future<Void> deployGateways() {
        return gateways.deploy(vertx, options.gateways())
                .onSuccess(deployments::add)
                .mapEmpty();
    }

    private Future<Void> deployHttp() {
        HttpVerticle.Parts parts = new HttpVerticle.Parts(
                health,
                metrics,
                new OperatedNode(this, gateways, revocations),
                registry,
                store,
                embedded,
                inbox,
                WallClock.SYSTEM);
        HttpVerticle http = new HttpVerticle(options.operation().http(), parts, bound -> {
            httpPort = bound;
            LOG.info("Health and metrics are at port {}", bound);
        });
        WebhookVerticle webhooks =
                new WebhookVerticle(options.operation().webhooks(), events, metrics, WallClock.SYSTEM);
        return vertx.deployVerticle(http)
                .onSuccess(id -> httpDeployment = id)
                .compose(deployed -> vertx.deployVerticle(webhooks))
                .onSuccess(deployments::add)
                .mapEmpty();
    }

    private void tellStarted() {
        health.started();
        LOG.info("Node {} listens on {}", nodeId(), options.gateway().isMounted() ? "no port" : "port " + port);
        events.tell(ServerEvent.Started.class, origin -> new ServerEvent.Started(origin, port));
    }

    private Future<Server> giveUp(Throwable cause) {
        events.tell(ServerEvent.StartFailed.class, origin -> new ServerEvent.StartFailed(origin, cause));
        return stop().transform(stopped -> Future.failedFuture(cause));
    }

    /**
     * Takes back what was granted: closes live connections on every node and refuses new ones that show the same. Nodes
     * that cannot be reached now learn of it when they can.
     */
    public void revoke(Revocation revocation) {
        revocationChannel.revoke(revocation);
    }

    /** How often a limit was met on this node since its start. */
    public long reached(Limit limit) {
        long byPlugins = options.plugins().stream()
                .filter(AwarenessPlugin.class::isInstance)
                .mapToLong(plugin -> ((AwarenessPlugin) plugin).reached(limit))
                .sum();
        return counters.count(limit) + byPlugins;
    }

    /** Makes a request of the application's own server a client's socket. Called on any context. */
    void handle(HttpServerRequest request) {
        gateways.handle(request);
    }

    /** The port for clients; 0 if it listens on none. */
    public int port() {
        return port;
    }

    /** The port for operators; 0 if there is none. */
    public int httpPort() {
        return httpPort;
    }

    public ServerMetrics metrics() {
        return metrics;
    }

    public HealthChecks health() {
        return health;
    }

    public String nodeId() {
        return registry.localNode();
    }

    public OwnershipRegistry registry() {
        return registry;
    }

    public DocumentDeployer documents() {
        return documents;
    }

    /** What happens on this node, from now on, told on a thread of the listener's own. */
    public EventSubscription onEvent(Consumer<ServerEvent> listener) {
        return onEvent(EventOptions.DEFAULT, listener);
    }

    /** {@link #onEvent(Consumer)} for some types, with another bound, or on an executor or context of the caller's. */
    public EventSubscription onEvent(EventOptions chosen, Consumer<ServerEvent> listener) {
        return events.subscribe(chosen, listener);
    }

    /**
     * Says something to one session, whatever its message type.
     *
     * @return whether the session is on this node; not, whether the client reads it
     */
    public Future<Boolean> sendMessageToClient(String sessionId, Message message) {
        return gateways.send(sessionId, message);
    }

    /**
     * Says the same to all sessions of this node that have a document open; to reach those of other nodes too, bring a
     * plugin.
     *
     * @param except sessions that are not told
     * @return how many were told
     */
    public Future<Integer> broadcastMessage(DocumentKey key, Message message, Set<String> except) {
        return gateways.broadcast(key, message, except);
    }

    /** Documents for code that runs inside this node. */
    public Documents open() {
        return embedded;
    }

    public Vertx vertx() {
        return vertx;
    }

    /** Stops serving, lets go of all documents, leaves the cluster. Repeated calls answer the same future. */
    public synchronized Future<Void> stop() {
        if (stopping == null) {
            stopping = stopOnce();
        }
        return stopping;
    }

    private Future<Void> undeploy() {
        List<Future<Void>> undeployed = new ArrayList<>();
        deployments.forEach(id -> undeployed.add(vertx.undeploy(id)));
        return Future.join(undeployed).mapEmpty();
    }

    /** Last but the store, so that probes hear of the draining rather than nothing. */
    private Future<Void> undeployHttp() {
        return httpDeployment == null ? Future.succeededFuture() : vertx.undeploy(httpDeployment);
    }

    /**
     * Hands documents and clients over to the other nodes, if there are any, and takes none any more; the node stays in the
     * cluster and answers operators until {@link #stop}. Repeated calls answer the same future.
     */
    public synchronized Future<Void> drain() {
        if (draining == null) {
            draining = drainOnce();
        }
        return draining;
    }

    private Future<Void> drainOnce() {
        List<String> others = registry.members().stream()
                .filter(member -> !member.equals(nodeId()))
                .toList();
        router.exclude(nodeId());
        health.draining();
        int sessions = gateways.connectionCount();
        events.tell(
                ServerEvent.DrainStarted.class,
                origin -> new ServerEvent.DrainStarted(origin, documents.hostedCount(), sessions));
        // Documents first, while the sockets of this node still follow them; then the sockets, to other nodes.
        return documents
                .drain(others)
                .transform(documentsGone -> others.isEmpty() ? Future.<Void>succeededFuture() : gateways.drain());
    }

    private Future<Void> stopOnce() {
        return drain().transform(drained -> embedded.stop())
                .transform(closed -> {
                    events.tell(ServerEvent.DrainFinished.class, ServerEvent.DrainFinished::new);
                    return undeploy();
                })
                .transform(documentsGone -> revocationChannel.stop())
                .transform(silent -> authenticator().close())
                .transform(closed -> inbox.stop())
                .transform(inboxGone -> undeployHttp())
                .transform(httpGone -> store.close())
                .transform(storeClosed -> registry.close())
                .onComplete(left -> BusMessageCodec.unregisterAll(vertx.eventBus()))
                .transform(registryClosed -> closeVertx.get())
                .onComplete(closed -> {
                    events.tell(ServerEvent.Stopped.class, ServerEvent.Stopped::new);
                    events.close();
                    metrics.close();
                });
    }
}
