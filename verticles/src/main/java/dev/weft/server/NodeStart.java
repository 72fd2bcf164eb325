package dev.weft.server;

import dev.weft.cluster.ClusterOptions;
import dev.weft.cluster.ClusteredVertx;
import dev.weft.crdt.clock.WallClock;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.event.EventStream;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.observe.EditTraces;
import dev.weft.server.observe.ServerMetrics;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.hazelcast.HazelcastOwnershipRegistry;
import dev.weft.server.registry.memory.InMemoryOwnershipRegistry;
import dev.weft.server.storage.DocumentStore;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.UUID;
import java.util.function.Function;

/**
 * What must be there before a node can start: a Vert.x, a registry, a store that suits them. Refuses what would be a
 * mistake, and leaves nothing running if it fails.
 */
final class NodeStart {
    private NodeStart() {}

    static Future<Server> start(ServerOptions options, DocumentStore store) {
        if (options.cluster().isPresent() && !mayServeTogether(store, options)) {
            // Said before it joins, so that the others do not see it come and go.
            return telling(options, nodeId(options), events -> Future.failedFuture(new UnsharedStoreException()));
        }
        return start(options, vertx -> store);
    }

    static Future<Server> start(ServerOptions options, Function<Vertx, DocumentStore> stores) {
        String nodeId = nodeId(options);
        return telling(options, nodeId, events -> {
            ServerMetrics metrics = metrics(options.operation());
            if (options.cluster().isEmpty()) {
                Vertx vertx = withMetrics(Vertx.builder().with(vertxOptions()), metrics)
                        .build();
                OwnershipRegistry registry = InMemoryOwnershipRegistry.alone(nodeId);
                return new Server(vertx, registry, stores.apply(vertx), options, metrics, events, vertx::close).start();
            }
            return ClusteredVertx.start(
                            options.cluster().get(),
                            vertxOptions(),
                            builder -> withMetrics(builder, metrics),
                            members -> events.tell(
                                    ServerEvent.Joined.class, origin -> new ServerEvent.Joined(origin, members)))
                    .compose(node -> startIn(node, stores.apply(node.vertx()), options, metrics, events));
        });
    }

    /** {@link Weft#deploy}. */
    static Future<Server> deploy(Vertx vertx, ServerOptions options, Function<Vertx, DocumentStore> stores) {
        String nodeId =
                vertx.isClustered() ? ((VertxInternal) vertx).clusterManager().getNodeId() : nodeId(options);
        return telling(options, nodeId, events -> {
            ServerMetrics metrics = metrics(options.operation());
            DocumentStore store = stores.apply(vertx);
            if (vertx.isClustered()) {
                return ClusteredVertx.over(vertx).compose(node -> startIn(node, store, options, metrics, events));
            }
            OwnershipRegistry registry = InMemoryOwnershipRegistry.alone(nodeId);
            return new Server(vertx, registry, store, options, metrics, events, Future::succeededFuture).start();
        });
    }

    /** So that listeners hear of all that happens from here on, and of a failure before there is a server, too. */
    private static Future<Server> telling(
            ServerOptions options, String nodeId, Function<EventStream, Future<Server>> start) {
        EventStream events = new EventStream(nodeId, WallClock.SYSTEM);
        options.listeners().forEach(listener -> events.subscribe(listener.options(), listener.action()));
        Future<Server> started = isOpenToStrangers(options)
                ? Future.failedFuture(new OpenServerException(options.gateway().host()))
                : start.apply(events);
        return started.onFailure(cause -> {
            // A server that could not start has told so itself, and nobody hears it twice: it has closed the stream.
            events.tell(ServerEvent.StartFailed.class, origin -> new ServerEvent.StartFailed(origin, cause));
            events.close();
        });
    }

    private static Future<Server> startIn(
            ClusteredVertx node,
            DocumentStore store,
            ServerOptions options,
            ServerMetrics metrics,
            EventStream events) {
        Future<Server> started = mayServeTogether(store, options)
                ? unbound(HazelcastOwnershipRegistry.open(node)).compose(registry -> new Server(
                                node.vertx(), registry, store, options, metrics, events, node::close)
                        .start())
                : Future.failedFuture(new UnsharedStoreException());
        return started.recover(cause -> node.close().transform(closed -> Future.failedFuture(cause)));
    }

    private static String nodeId(ServerOptions options) {
        return options.cluster().map(ClusterOptions::nodeId).orElseGet(() -> "node-" + UUID.randomUUID());
    }

    private static boolean mayServeTogether(DocumentStore store, ServerOptions options) {
        return store.isShared() || options.allowUnsharedStore();
    }

    /**
     * The same answer, told on whatever thread completes it. A node that cannot start closes its Vert.x before it says so,
     * and what is bound to a context of that would never be heard.
     */
    static <T> Future<T> unbound(Future<T> future) {
        Promise<T> told = Promise.promise();
        future.onComplete(told);
        return told.future();
    }

    private static boolean isOpenToStrangers(ServerOptions options) {
        AuthOptions auth = options.gateway().auth();
        return !options.gateway().isMounted()
                && auth.authenticator().isOpen()
                && !auth.allowOpen()
                && !options.gateway().isLoopbackOnly();
    }

    private static ServerMetrics metrics(OperationOptions operation) {
        EditTraces traces = operation.telemetry().map(EditTraces::to).orElse(EditTraces.OFF);
        return operation
                .meters()
                .map(registry -> new ServerMetrics(registry, operation.slow(), traces))
                .orElseGet(() -> new ServerMetrics(
                                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), operation.slow(), traces)
                        .withJvm());
    }

    /** Of Vert.x's own figures those of the bus and the worker pools: the rest we count where it means something. */
    private static VertxOptions vertxOptions() {
        MicrometerMetricsOptions wanted = new MicrometerMetricsOptions().setEnabled(true);
        for (MetricsDomain domain : MetricsDomain.values()) {
            if (domain != MetricsDomain.EVENT_BUS && domain != MetricsDomain.NAMED_POOLS) {
                wanted.addDisabledMetricsCategory(domain);
            }
        }
        return new VertxOptions().setMetricsOptions(wanted).setPreferNativeTransport(true);
    }

    private static VertxBuilder withMetrics(VertxBuilder builder, ServerMetrics metrics) {
        return builder.withMetrics(new MicrometerMetricsFactory(metrics.registry()));
    }
}
