package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.server.ServerOptions;
import dev.weft.server.Weft;
import dev.weft.server.embed.DocumentValues;
import dev.weft.server.embed.OpenDocument;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two applications that cluster themselves, each with Weft inside. */
class ClusteredApplicationIT {
    private final String clusterName = "test-" + UUID.randomUUID();

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** As an application would have it for itself. */
    private Config hazelcast(int port, int... ports) {
        Config config = new Config().setClusterName(clusterName);
        config.getJetConfig().setEnabled(false);
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.wait.seconds.before.join", "0");
        config.setProperty("hazelcast.logging.type", "slf4j");
        config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
        config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        var join = config.getNetworkConfig().getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true);
        for (int each : ports) {
            join.getTcpIpConfig().addMember("127.0.0.1:" + each);
        }
        return config;
    }

    @Test
    void oneApplicationReadsWhatTheOtherWrites() {
        int first = freePort();
        int second = freePort();
        var contents = new InMemoryDocumentStore.Contents();
        Weft one = await(ClusteredApplication.start(
                hazelcast(first, first, second), vertx -> InMemoryDocumentStore.over(contents)));
        Weft two = await(ClusteredApplication.start(
                hazelcast(second, first, second), vertx -> InMemoryDocumentStore.over(contents)));

        OpenDocument written = await(one.documents().openOrCreate("paper"));
        await(written.edit(document -> new FugueTextHandler(document, "text").insert(0, "Hello")));
        OpenDocument read = await(two.documents().open("paper"));
        Map<String, Object> values = await(read.read(DocumentValues::of));
        assertThat(values).containsEntry("text", "Hello");
        assertThat(two.server().registry().members()).hasSize(2);

        Vertx vertx = one.server().vertx();
        await(one.undeploy());
        // The application's own Vert.x goes on without it, and what it owned is the other's now.
        assertThat(await(vertx.executeBlocking(() -> "alive"))).isEqualTo("alive");
        await(read.edit(document -> ((FugueTextHandler) document.handlers().get("text")).insert(5, "!")));
        await(vertx.close());
        Vertx other = two.server().vertx();
        await(two.undeploy().compose(undeployed -> other.close()));
    }

    @Test
    void aHazelcastThatWasNotPreparedIsRefusedWithWords() {
        int port = freePort();
        Vertx vertx = await(Vertx.builder()
                .withClusterManager(new HazelcastClusterManager(hazelcast(port, port)))
                .buildClustered());
        var contents = new InMemoryDocumentStore.Contents();
        assertThatThrownBy(() ->
                        await(Weft.deploy(vertx, ServerOptions.DEFAULT, own -> InMemoryDocumentStore.over(contents))))
                .rootCause()
                .hasMessageContaining("HazelcastConfigFactory.contributeTo");
        await(vertx.close());
    }
}
