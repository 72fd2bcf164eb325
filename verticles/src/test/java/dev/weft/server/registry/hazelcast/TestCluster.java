package dev.weft.server.registry.hazelcast;

import dev.weft.cluster.ClusterOptions;
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

/** Nodes in this JVM, over loopback, under a cluster name of their own. */
final class TestCluster implements AutoCloseable {
    record Node(ClusteredVertx vertx, HazelcastOwnershipRegistry registry) {
        /** Without a word, as by kill -9. */
        void crash() {
            vertx.hazelcast().getLifecycleService().terminate();
        }
    }

    private final String name = "it-" + UUID.randomUUID();
    private final List<Node> nodes = new ArrayList<>();
    private final int[] ports;

    TestCluster(int size) throws IOException {
        ports = freePorts(size);
        for (int i = 0; i < size; i++) {
            start(i);
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

    private void start(int index) {
        String[] members = new String[ports.length];
        for (int i = 0; i < ports.length; i++) {
            members[i] = "127.0.0.1:" + ports[i];
        }
        ClusteredVertx vertx = ClusteredVertx.start(ClusterOptions.builder()
                        .clusterName(name)
                        .nodeName("n" + index)
                        .members(members)
                        .network(Network.loopback().withPorts(ports[index], 0))
                        .build())
                .await();
        nodes.add(new Node(vertx, HazelcastOwnershipRegistry.open(vertx).await()));
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
