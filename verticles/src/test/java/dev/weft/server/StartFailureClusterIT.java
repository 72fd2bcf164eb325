package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cluster.ClusterOptions;
import dev.weft.cluster.Network;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class StartFailureClusterIT {
    private static final int SECONDS_MAX = 40;

    // It has joined the cluster by then, and leaves it before it says what was wrong.
    @Test
    void aNodeOfAClusterSaysWhyItCannotStart() throws Exception {
        UnaryOperator<ServerOptions> change = options -> options.withAllowUnsharedStore(true);
        try (TestCluster cluster = TestCluster.start(1, change, InMemoryDocumentStore::unshared)) {
            ServerOptions samePort = ServerOptions.DEFAULT
                    .withAllowUnsharedStore(true)
                    .withGateways(1)
                    .withGateway(GatewayOptions.DEFAULT
                            .withHost("127.0.0.1")
                            .withPort(cluster.node(0).port()))
                    .withCluster(ClusterOptions.builder()
                            .clusterName("start-failure")
                            .members("127.0.0.1:1")
                            .network(new Network("127.0.0.1", "127.0.0.1", freePort(), freePort()))
                            .build());
            Future<Server> starting = Server.start(samePort, InMemoryDocumentStore.unshared());
            assertThatThrownBy(() ->
                            starting.toCompletionStage().toCompletableFuture().get(SECONDS_MAX, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(IOException.class);
            assertThat(starting.failed()).isTrue();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
