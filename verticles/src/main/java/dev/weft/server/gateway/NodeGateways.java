package dev.weft.server.gateway;

import dev.weft.crdt.clock.WallClock;
import dev.weft.protocol.message.Message;
import dev.weft.server.auth.Revocation;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.event.EventStream;
import dev.weft.server.observe.ServerMetrics;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntConsumer;

/** All gateways of a node as one. Thread-safe. */
public final class NodeGateways {
    /** What all gateways of a node share. */
    public record Surroundings(
            NodeInbox inbox,
            DocumentRouter router,
            PluginChain plugins,
            Doorkeeper door,
            EventStream events,
            ServerMetrics metrics,
            WallClock wallClock) {}

    private final GatewayOptions options;
    private final Surroundings around;
    private final IntConsumer listening;
    private final List<GatewayVerticle> gateways = new CopyOnWriteArrayList<>();
    private final AtomicInteger nextMounted = new AtomicInteger();

    /** @param listening told the port once they listen */
    public NodeGateways(GatewayOptions options, Surroundings around, IntConsumer listening) {
        this.options = options;
        this.around = around;
        this.listening = listening;
    }

    /** Starts so many, once. @return what to undeploy */
    public Future<String> deploy(Vertx vertx, int count) {
        return vertx.deployVerticle(this::newGateway, new DeploymentOptions().setInstances(count));
    }

    private GatewayVerticle newGateway() {
        GatewayVerticle gateway = new GatewayVerticle(gateways.size(), options, around, listening);
        gateways.add(gateway);
        return gateway;
    }

    /**
     * Makes a request of an application's own server a client's socket; answers with an error status if that is refused.
     * Called on any context.
     */
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
                .orElseGet(() -> running.get(Math.floorMod(nextMounted.getAndIncrement(), running.size())));
        gateway.accept(request);
    }

    /** Says something to one session. @return whether it is on this node; not, whether the client reads it */
    public Future<Boolean> send(String sessionId, Message message) {
        return ofEach(gateway -> gateway.send(sessionId, message))
                .map(found -> found.stream().anyMatch(isHere -> isHere));
    }

    /**
     * Says the same to all sessions of this node that have a document open.
     *
     * @param except sessions that are not told
     * @return how many were told
     */
    public Future<Integer> broadcast(DocumentKey key, Message message, Set<String> except) {
        return ofEach(gateway -> gateway.broadcast(key, message, except))
                .map(told -> told.stream().mapToInt(Integer::intValue).sum());
    }

    /** The clients that have a document open. */
    public Future<List<SessionInfo>> sessions(DocumentKey key) {
        return ofEach(gateway -> gateway.sessions(key))
                .map(found -> found.stream().flatMap(List::stream).toList());
    }

    /** Connections they have now. */
    public int connectionCount() {
        return gateways.stream().mapToInt(GatewayVerticle::connectionCount).sum();
    }

    /** A node is gone. */
    public void nodeLeft(String nodeId) {
        gateways.forEach(gateway -> gateway.nodeLeft(nodeId));
    }

    /** What somebody was granted is taken back. */
    public void revoked(Revocation revocation) {
        gateways.forEach(gateway -> gateway.revoked(revocation));
    }

    /** Hands every session over to another node; new ones are refused. Completes when all gateways have, or have failed. */
    public Future<Void> drain() {
        List<Future<Void>> drained = new ArrayList<>();
        gateways.forEach(gateway -> drained.add(gateway.drain()));
        return Future.join(drained).mapEmpty();
    }

    private <T> Future<List<T>> ofEach(Function<GatewayVerticle, Future<T>> question) {
        List<Future<T>> answers = new ArrayList<>();
        gateways.forEach(gateway -> answers.add(question.apply(gateway)));
        return Future.all(answers)
                .map(all -> answers.stream().map(Future::result).toList());
    }
}
