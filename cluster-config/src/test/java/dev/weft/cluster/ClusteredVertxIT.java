package dev.weft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClusteredVertxIT {
    private final String clusterName = "it-" + UUID.randomUUID();
    private final List<ClusteredVertx> started = new ArrayList<>();

    @AfterEach
    void closeAll() {
        started.forEach(node -> node.close().otherwiseEmpty().await());
    }

    @Test
    void threeNodesFormOneLeavesAndTheOthersHearOfIt() throws Exception {
        int[] ports = freePorts(3);
        ClusteredVertx a = start("a", ports, 0);
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        a.membership().listen(recordInto(heard));
        ClusteredVertx b = start("b", ports, 1);
        ClusteredVertx c = start("c", ports, 2);
        eventually(() -> a.membership().nodes().size() == 3
                && b.membership().nodes().size() == 3
                && c.membership().nodes().size() == 3);
        assertThat(a.membership().nodes()).containsOnlyKeys(a.nodeId(), b.nodeId(), c.nodeId());
        assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("joined b");
        assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("joined c");

        assertThat(a.vertx().isNativeTransportEnabled()).isEqualTo(isLinux());
        c.vertx()
                .eventBus()
                .consumer("echo", message -> message.reply(message.body()))
                .completion()
                .await();
        assertThat(request(a, "echo").await()).isEqualTo("hello");

        c.close().await();
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("left c");
        assertThat(a.membership().contains(c.nodeId())).isFalse();
        assertThat(c.hazelcast().getLifecycleService().isRunning()).isFalse();
        assertThat(c.close()).isSameAs(c.close());
    }

    @Test
    void aNodeThatDiesWithoutAWordIsNoticed() throws Exception {
        int[] ports = freePorts(2);
        ClusteredVertx a = start("a", ports, 0);
        ClusteredVertx b = start("b", ports, 1);
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        a.membership().listen(recordInto(heard));
        b.hazelcast().getLifecycleService().terminate();
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("left b");
    }

    @Test
    void whoAwaitsOthersIsAMemberAtOnceAndStartsWithThem() throws Exception {
        int[] ports = freePorts(2);
        BlockingQueue<Integer> joined = new LinkedBlockingQueue<>();
        Future<ClusteredVertx> first = startAwaiting(2, options("a", ports, 0), joined);
        assertThat(joined.poll(30, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(first.isComplete()).isFalse();
        Future<ClusteredVertx> second = startAwaiting(2, options("b", ports, 1), joined);
        started.add(first.await());
        started.add(second.await());
        assertThat(joined.poll()).isEqualTo(2);
    }

    @Test
    void aWaitForOthersEnds() throws Exception {
        int[] ports = freePorts(2);
        ClusteredVertx a = start("a", ports, 0);
        assertThat(a.membership().await(1, 0)).isTrue();
        assertThat(a.membership().await(2, 1)).isFalse();
    }

    private static Future<ClusteredVertx> startAwaiting(
            int count, ClusterOptions options, BlockingQueue<Integer> joined) {
        ClusterOptions awaiting = ClusterOptions.builder()
                .clusterName(options.clusterName())
                .nodeName(options.nodeName())
                .discovery(options.discovery())
                .network(options.network())
                .awaitedNodes(count)
                .build();
        return ClusteredVertx.start(awaiting, new VertxOptions(), UnaryOperator.identity(), joined::add);
    }

    @Test
    void aTakenHazelcastPortIsNamedAsTheCause() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ClusterOptions options = options("a", new int[] {taken.getLocalPort()}, 0);
            assertThatThrownBy(() -> ClusteredVertx.start(options).await())
                    .isInstanceOf(ClusterJoinException.class)
                    .hasMessageContaining(String.valueOf(taken.getLocalPort()))
                    .hasStackTraceContaining("already in use");
        }
    }

    @Test
    void aTakenBusPortIsNamedAsTheCauseAndNothingIsLeftRunning() throws Exception {
        int[] ports = freePorts(1);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ClusterOptions options = ClusterOptions.builder()
                    .clusterName(clusterName)
                    .network(Network.loopback().withPorts(ports[0], taken.getLocalPort()))
                    .build();
            assertThatThrownBy(() -> ClusteredVertx.start(options).await())
                    .isInstanceOf(ClusterJoinException.class)
                    .hasStackTraceContaining("in use");
        }
        // The failed start has let go of its Hazelcast port.
        start("a", ports, 0);
    }

    @Test
    void aNodeThatDoesNotUnderstandTheOthersDoesNotStartAndSaysWhatToDo() throws Exception {
        int[] ports = freePorts(2);
        Config newer = HazelcastConfigFactory.create(options("newer", ports, 0));
        newer.getMemberAttributeConfig().setAttribute(HazelcastConfigFactory.MESSAGE_FORMAT_ATTRIBUTE, "8");
        HazelcastInstance other = Hazelcast.newHazelcastInstance(newer);
        try {
            ClusterOptions options = options("older", ports, 1);
            assertThatThrownBy(() -> ClusteredVertx.start(options).await())
                    .isInstanceOf(ClusterJoinException.class)
                    .hasMessageContaining("Node newer at 127.0.0.1")
                    .hasMessageContaining("format 8; this node understands 7")
                    .hasMessageContaining("stop all nodes before");
            eventually(() -> other.getCluster().getMembers().size() == 1);
        } finally {
            other.shutdown();
        }
    }

    /** What the nodes of this test send each other. */
    public static final class Seventh implements MessageFormat {
        @Override
        public int number() {
            return 7;
        }
    }

    private ClusteredVertx start(String name, int[] ports, int index) {
        ClusteredVertx node = ClusteredVertx.start(options(name, ports, index)).await();
        started.add(node);
        return node;
    }

    private ClusterOptions options(String name, int[] ports, int index) {
        String[] members = new String[ports.length];
        for (int i = 0; i < ports.length; i++) {
            members[i] = "127.0.0.1:" + ports[i];
        }
        return ClusterOptions.builder()
                .clusterName(clusterName)
                .nodeName(name)
                .members(members)
                .network(Network.loopback().withPorts(ports[index], 0))
                .build();
    }

    private static Future<Object> request(ClusteredVertx from, String address) {
        return from.vertx()
                .eventBus()
                .request(address, "hello", from.requestOptions())
                .map(reply -> reply.body());
    }

    private static MembershipListener recordInto(BlockingQueue<String> heard) {
        return new MembershipListener() {
            @Override
            public void nodeJoined(ClusterNode node) {
                heard.add("joined " + node.name());
            }

            @Override
            public void nodeLeft(ClusterNode node) {
                heard.add("left " + node.name());
            }
        };
    }

    private static boolean isLinux() {
        return System.getProperty("os.name").equals("Linux");
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

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
