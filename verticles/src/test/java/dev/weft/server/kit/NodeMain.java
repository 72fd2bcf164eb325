package dev.weft.server.kit;

import dev.weft.cluster.ClusterOptions;
import dev.weft.cluster.Network;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.storage.postgres.PostgresDocumentStore;
import dev.weft.server.storage.postgres.PostgresStoreOptions;

/** One clustered node over PostgreSQL as a process of its own. Runs until it is killed. */
public final class NodeMain {
    private NodeMain() {}

    /** @param args cluster name, node name, own Hazelcast port, Hazelcast ports of all, schema, database URI */
    public static void main(String[] args) {
        int hazelcastPort = Integer.parseInt(args[2]);
        String[] members = args[3].split(",");
        for (int i = 0; i < members.length; i++) {
            members[i] = "127.0.0.1:" + members[i];
        }
        ClusterOptions cluster = ClusterOptions.builder()
                .clusterName(args[0])
                .nodeName(args[1])
                .members(members)
                .network(Network.loopback().withPorts(hazelcastPort, 0))
                .build();
        ServerOptions options = ServerOptions.DEFAULT
                .withGateways(1)
                .withGateway(GatewayOptions.DEFAULT.withHost("127.0.0.1").withPort(0))
                .withCluster(cluster);
        PostgresStoreOptions store = PostgresStoreOptions.at(args[5]).withSchema(args[4]);
        // Awaited, because until it has joined a node has no thread that would keep the process alive.
        Server server = Server.start(options, vertx -> new PostgresDocumentStore(vertx, store))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        ChildProcess.ready(server.port());
    }
}
