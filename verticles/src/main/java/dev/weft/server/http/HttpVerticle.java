package dev.weft.server.http;

import dev.weft.crdt.clock.WallClock;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.embed.Documents;
import dev.weft.server.observe.HealthChecks;
import dev.weft.server.observe.ServerMetrics;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.storage.DocumentStore;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/** Serves the routes of a node on the port for operators, if it has one, and answers what other nodes ask for theirs. */
public final class HttpVerticle extends VerticleBase {
    private static final int IDLE_SECONDS_MAX = 60;
    private static final int CACHE_TICK_MILLIS = 1_000;

    /** The parts of a node that it shows. */
    public record Parts(
            HealthChecks health,
            ServerMetrics metrics,
            LocalNode node,
            OwnershipRegistry registry,
            DocumentStore store,
            Documents documents,
            NodeInbox inbox,
            WallClock wallClock) {}

    private final Optional<HttpOptions> options;
    private final Parts parts;
    private final IntConsumer listening;
    private HttpServer server;
    private ClusterCalls calls;

    /** @param listening told the port once it listens */
    public HttpVerticle(Optional<HttpOptions> options, Parts parts, IntConsumer listening) {
        this.options = options;
        this.parts = parts;
        this.listening = listening;
    }

    @Override
    public Future<?> start() {
        ClusterOperations cluster =
                new ClusterOperations(parts.node, parts.registry, parts.store, parts.inbox, parts.documents);
        calls = new ClusterCalls(vertx, parts.registry, cluster.answers());
        cluster.through(calls);
        return calls.start()
                .compose(started -> options.isEmpty() ? Future.succeededFuture() : serve(options.get(), cluster));
    }

    private Future<Void> serve(HttpOptions http, ClusterOperations cluster) {
        Router router = Router.router(vertx);
        new OperatorRoutes(parts.health, parts.metrics).addTo(router);
        new AdminPage().addTo(router);
        if (http.api().isEmpty()) {
            return listen(http, router);
        }
        AuthOptions auth = http.api().get();
        return auth.authenticator().start(vertx).compose(started -> {
            addApi(router, auth, cluster, http.bodyBytesMax());
            return listen(http, router);
        });
    }

    private Future<Void> listen(HttpOptions http, Router router) {
        server = vertx.createHttpServer(new HttpServerOptions()
                .setHost(http.host())
                .setPort(http.port())
                .setIdleTimeout(IDLE_SECONDS_MAX));
        server.requestHandler(request -> {
            if (Api.canBeRead(request)) {
                router.handle(request);
            }
        });
        return server.listen()
                .onSuccess(bound -> listening.accept(bound.actualPort()))
                .mapEmpty();
    }

    private void addApi(Router router, AuthOptions auth, ClusterOperations cluster, int bodyBytesMax) {
        DocumentCache cache = new DocumentCache(parts.documents, () -> parts.metrics.nanoTime() / 1_000_000);
        vertx.setPeriodic(CACHE_TICK_MILLIS, timer -> cache.tick());
        cluster.forgettingBy(key -> {
            if (key.kind() == DocumentKind.AWARE) {
                cache.forget(key.id());
            }
        });
        List<ApiOperation> operations = new ArrayList<>(new DocumentOperations(cache, parts.documents).all());
        operations.addAll(cluster.all());
        new Api(
                        new ApiAccess(auth, parts.node::isRevoked),
                        operations,
                        description(),
                        parts.wallClock::millis,
                        bodyBytesMax)
                .addTo(router);
    }

    private static Buffer description() {
        try (InputStream yaml = HttpVerticle.class.getResourceAsStream("openapi.yaml")) {
            return Buffer.buffer(yaml.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Future<?> stop() {
        return calls.stop()
                .transform(stopped -> server == null ? Future.succeededFuture() : server.close())
                .transform(closed -> options.flatMap(HttpOptions::api)
                        .map(auth -> auth.authenticator().close())
                        .orElseGet(Future::succeededFuture));
    }
}
