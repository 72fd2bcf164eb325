package dev.weft.server.http;

import dev.weft.server.observe.Health;
import dev.weft.server.observe.HealthChecks;
import dev.weft.server.observe.ServerMetrics;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Health and metrics; open to whoever reaches the port, since probes and Prometheus have no tokens. */
final class OperatorRoutes {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final HealthChecks health;
    private final ServerMetrics metrics;

    OperatorRoutes(HealthChecks health, ServerMetrics metrics) {
        this.health = health;
        this.metrics = metrics;
    }

    void addTo(Router router) {
        router.get("/health/live").handler(context -> answer(context, health.live()));
        router.get("/health/ready").handler(context -> health.ready()
                .onSuccess(found -> answer(context, found))
                .onFailure(context::fail));
        router.get("/metrics").handler(this::metrics);
    }

    private void answer(RoutingContext context, Health found) {
        JsonArray checks = new JsonArray();
        found.checks().forEach(part -> {
            JsonObject check = new JsonObject().put("name", part.name()).put("status", status(part.isUp()));
            checks.add(part.reason().isEmpty() ? check : check.put("reason", part.reason()));
        });
        context.response()
                .setStatusCode(found.isUp() ? 200 : 503)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(new JsonObject()
                        .put("status", status(found.isUp()))
                        .put("checks", checks)
                        .encode());
    }

    private static String status(boolean isUp) {
        return isUp ? "up" : "down";
    }

    private void metrics(RoutingContext context) {
        // Reading thousands of series is no work for an event loop.
        context.vertx()
                .executeBlocking(metrics::scrape, false)
                .onSuccess(text -> {
                    if (text == null) {
                        context.response()
                                .setStatusCode(404)
                                .end("The metrics of this node are kept by its application\n");
                    } else {
                        context.response()
                                .putHeader(HttpHeaders.CONTENT_TYPE, PROMETHEUS)
                                .end(text);
                    }
                })
                .onFailure(context::fail);
    }
}
