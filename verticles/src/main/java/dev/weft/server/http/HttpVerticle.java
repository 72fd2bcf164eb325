package dev.weft.server.http;

import dev.weft.server.observe.HealthChecks;
import dev.weft.server.observe.ServerMetrics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.function.IntConsumer;

/** Serves the routes of a node on the port for operators. */
public final class HttpVerticle extends VerticleBase {
    private static final int IDLE_SECONDS_MAX = 60;

    private final HttpOptions options;
    private final HealthChecks health;
    private final ServerMetrics metrics;
    private final IntConsumer listening;
    private HttpServer server;

    /** @param listening told the port once it listens */
    public HttpVerticle(HttpOptions options, HealthChecks health, ServerMetrics metrics, IntConsumer listening) {
        this.options = options;
        this.health = health;
        this.metrics = metrics;
        this.listening = listening;
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        new OperatorRoutes(health, metrics).addTo(router);
        server = vertx.createHttpServer(new HttpServerOptions()
                .setHost(options.host())
                .setPort(options.port())
                .setIdleTimeout(IDLE_SECONDS_MAX));
        server.requestHandler(router);
        return server.listen().onSuccess(bound -> listening.accept(bound.actualPort()));
    }

    @Override
    public Future<?> stop() {
        return server == null ? Future.succeededFuture() : server.close();
    }
}
