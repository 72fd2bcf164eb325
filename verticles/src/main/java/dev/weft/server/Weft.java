package dev.weft.server;

import dev.weft.server.embed.Documents;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/**
 * Weft inside a Vert.x application: a node on the application's own Vert.x, clustered or not. Thread-safe.
 *
 * <p>A Vert.x is one node, so there is one Weft per Vert.x. If the application clusters its Vert.x, it does so with Hazelcast,
 * to whose configuration {@link dev.weft.cluster.HazelcastConfigFactory#contributeTo} was applied.
 */
public final class Weft {
    private final Server server;

    private Weft(Server server) {
        this.server = server;
    }

    /** Deploys a node that keeps its documents in memory: they are gone when it is. */
    public static Future<Weft> deploy(Vertx vertx, ServerOptions options) {
        return deploy(vertx, options, own -> InMemoryDocumentStore.unshared());
    }

    /**
     * Deploys a node. If it fails, nothing is left running.
     *
     * @param options of which {@code cluster} is not looked at: the Vert.x decides. With {@link
     *     dev.weft.server.gateway.GatewayOptions#MOUNTED} as port the node listens nowhere and is given its clients by {@link
     *     #handler} or {@link #handle}
     * @param stores makes the store, which the node opens and closes
     */
    public static Future<Weft> deploy(Vertx vertx, ServerOptions options, Function<Vertx, DocumentStore> stores) {
        return NodeStart.deploy(vertx, options, stores).map(Weft::new);
    }

    /** For a route of the application: {@code router.route("/sync").handler(weft.handler())}. */
    public Handler<RoutingContext> handler() {
        return context -> handle(context.request());
    }

    /** For an HTTP server without a router. A request that asks for no WebSocket is answered with an error status. */
    public void handle(HttpServerRequest request) {
        server.handle(request);
    }

    /** Documents of the whole cluster, for the application itself. */
    public Documents documents() {
        return server.open();
    }

    /** The node, for its metrics, health, events and directory. */
    public Server server() {
        return server;
    }

    /** Hands documents and clients over to other nodes, if there are any, and lets go of all but the Vert.x. */
    public Future<Void> undeploy() {
        return server.stop();
    }
}
