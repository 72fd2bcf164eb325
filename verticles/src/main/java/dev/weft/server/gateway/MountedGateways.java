package dev.weft.server.gateway;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Hands the requests of an application's own server to the gateways of a node. Thread-safe. */
public final class MountedGateways {
    private final List<GatewayVerticle> gateways;
    private final AtomicInteger next = new AtomicInteger();

    /** @param gateways those that run now */
    public MountedGateways(List<GatewayVerticle> gateways) {
        this.gateways = gateways;
    }

    /** Makes the request a client's socket; answers with an error status if that is refused. Called on any context. */
    public void handle(HttpServerRequest request) {
        List<GatewayVerticle> running = List.copyOf(gateways);
        if (running.isEmpty()) {
            request.response().setStatusCode(503).end();
            return;
        }
        // The one on the same event loop saves every frame a change of thread.
        GatewayVerticle gateway = running.stream()
                .filter(GatewayVerticle::isHere)
                .findFirst()
                .orElseGet(() -> running.get(Math.floorMod(next.getAndIncrement(), running.size())));
        gateway.accept(request);
    }
}
