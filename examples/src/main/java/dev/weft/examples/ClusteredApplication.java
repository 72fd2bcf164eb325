package dev.weft.examples;

import com.hazelcast.config.Config;
import dev.weft.cluster.HazelcastConfigFactory;
import dev.weft.server.ServerOptions;
import dev.weft.server.Weft;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.storage.DocumentStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.function.Function;

/** An application that has clustered its Vert.x already, and lets Weft be part of it. */
final class ClusteredApplication {
    private ClusteredApplication() {}

    // snippet: cluster
    /** @param stores a store that all nodes share, such as PostgresDocumentStore */
    static Future<Weft> start(Config hazelcast, Function<Vertx, DocumentStore> stores) {
        HazelcastConfigFactory.contributeTo(hazelcast, 2);
        ServerOptions options = ServerOptions.builder()
                .gateway(GatewayOptions.builder().port(0).build())
                .build();
        return Vertx.builder()
                .withClusterManager(new HazelcastClusterManager(hazelcast))
                .buildClustered()
                .compose(vertx -> Weft.deploy(vertx, options, stores));
    }
    // end
}
