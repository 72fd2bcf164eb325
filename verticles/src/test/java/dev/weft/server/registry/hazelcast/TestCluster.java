package dev.weft.server.registry.hazelcast;

import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import dev.weft.cluster.ClusterOptions;
import dev.weft.cluster.ClusterTiming;
import dev.weft.cluster.ClusteredVertx;
import dev.weft.cluster.Network;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Nodes in this JVM, over loopback, under a cluster name of their own. */
final class TestCluster implements AutoCloseable {
    record Node(ClusteredVertx vertx, HazelcastOwnershipRegistry registry) {
        /** Without a word, as by kill -9. */
        void crash() {
            vertx.hazelcast().getLifecycleService().terminate();
        }
    }

    /** Longer than any test. */
    private static final int MERGE_DELAY_SECONDS = 300;

    private final String name = "it-" + UUID.randomUUID();
    private final List<Node> nodes = new ArrayList<>();
    private final int[] ports;

    TestCluster(int size) throws IOException {
        this(freePorts(size));
        for (int i = 0; i < size; i++) {
            start(i, ports);
        }
        awaitMembers();
    }

    private TestCluster(int[] ports) {
        this.ports = ports;
    }

    /** Two nodes that found a cluster each, until {@link #meet}. */
    static TestCluster divided() throws IOException {
        TestCluster cluster = new TestCluster(freePorts(2));
        cluster.start(0, cluster.ports);
        cluster.start(1, new int[] {cluster.ports[1]});
        return cluster;
    }

    /** What nodes do now and then by themselves: they look for others of their cluster, and one joins the other. */
    void meet() {
        for (Node node : nodes) {
            var hazelcast = ((HazelcastInstanceProxy) node.vertx().hazelcast()).getOriginal();
            hazelcast.getConfig().getNetworkConfig().getJoin().getTcpIpConfig().setMembers(List.of(addresses(ports)));
            hazelcast.node.getJoiner().searchForOtherClusters();
        }
        awaitMembers();
    }

    private void awaitMembers() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!nodes.stream().allMatch(node -> node.registry().members().size() == ports.length)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the nodes do not see each other");
            }
            Thread.onSpinWait();
        }
    }

    Node node(int index) {
        return nodes.get(index);
    }

    private void start(int index, int[] known) {
        ClusteredVertx vertx = ClusteredVertx.start(ClusterOptions.builder()
                        .clusterName(name)
                        .nodeName("n" + index)
                        .members(addresses(known))
                        .network(Network.loopback().withPorts(ports[index], 0))
                        .timing(ClusterTiming.defaults().withMergeDelaySeconds(MERGE_DELAY_SECONDS))
                        .build())
                .await();
        nodes.add(new Node(vertx, HazelcastOwnershipRegistry.open(vertx).await()));
    }

    private static String[] addresses(int[] ports) {
        return IntStream.of(ports).mapToObj(port -> "127.0.0.1:" + port).toArray(String[]::new);
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.registry().close().otherwiseEmpty().await());
        // All at once: nothing they hold is wanted any more, so none need wait for the hand-over of its copies.
        Future.join(nodes.stream().map(node -> node.vertx().close()).toList())
                .otherwiseEmpty()
                .await();
    }

    private static int[] freePorts(int count) throws IOException {
        int[] ports = new int[count];
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            ports[i] = socket.getLocalPort();
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }
}
