package dev.weft.server.kit;

import dev.weft.cluster.ClusterOptions;
import dev.weft.cluster.Network;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import dev.weft.testkit.FreePorts;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Several clustered nodes in this JVM, over one store they share. Used from the test's thread. */
public final class TestCluster implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    private final List<Server> nodes = new ArrayList<>();
    private final List<Integer> busPorts = new ArrayList<>();

    /** @param change what differs from the defaults */
    public static TestCluster start(int count, UnaryOperator<ServerOptions> change) {
        InMemoryDocumentStore.Contents contents = new InMemoryDocumentStore.Contents();
        return start(count, change, () -> InMemoryDocumentStore.over(contents));
    }

    /** @param stores gives each node its own */
    public static TestCluster start(int count, UnaryOperator<ServerOptions> change, Supplier<DocumentStore> stores) {
        TestCluster cluster = new TestCluster();
        String name = "test-" + UUID.randomUUID();
        int[] ports =
                FreePorts.inARow(count * 2).stream().mapToInt(Integer::intValue).toArray();
        String[] members = new String[count];
        for (int i = 0; i < count; i++) {
            members[i] = "127.0.0.1:" + ports[i];
        }
        for (int i = 0; i < count; i++) {
            ClusterOptions options = ClusterOptions.builder()
                    .clusterName(name)
                    .nodeName("node-" + i)
                    .members(members)
                    .network(new Network("127.0.0.1", "127.0.0.1", ports[i], ports[count + i]))
                    .build();
            ServerOptions server = ServerOptions.DEFAULT
                    .withGateways(1)
                    .withGateway(GatewayOptions.DEFAULT.withHost("127.0.0.1").withPort(0))
                    .withCluster(options);
            cluster.busPorts.add(ports[count + i]);
            cluster.nodes.add(RawClient.await(Server.start(change.apply(server), stores.get())));
        }
        eventually(() -> cluster.nodes.stream()
                .allMatch(node -> node.registry().members().size() == count));
        return cluster;
    }

    public Server node(int index) {
        return nodes.get(index);
    }

    public int busPort(int index) {
        return busPorts.get(index);
    }

    public RawClient connect(int index) {
        return RawClient.connect(node(index).vertx(), node(index).port());
    }

    /** The index of the node that hosts a document; waits until one does. */
    public int ownerOf(DocumentKey key) {
        eventually(() -> nodes.stream().anyMatch(node -> node.documents().isHosted(key)));
        for (int i = 0; i < nodes.size(); i++) {
            if (node(i).documents().isHosted(key)) {
                return i;
            }
        }
        throw new AssertionError(key + " has no owner");
    }

    /** Leaves the cluster without letting go of anything first. */
    public void stop(int index) {
        RawClient.await(node(index).stop());
    }

    public static void eventually(BooleanSupplier condition) {
        within(PATIENCE_SECONDS, "it is so", condition);
    }

    public static void within(int seconds, String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Waited " + seconds + " s in vain until " + what);
            }
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    public void close() {
        nodes.forEach(node -> RawClient.await(node.stop().otherwiseEmpty()));
    }
}
