package dev.weft.chaos.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The nodes under test, started as an operator would, by the {@code weft} command. Used by one thread. */
public final class Cluster implements AutoCloseable {
    private final Hosts hosts;
    private final List<Node> nodes;

    private Cluster(Hosts hosts, List<Node> nodes) {
        this.hosts = hosts;
        this.nodes = nodes;
    }

    /**
     * Several nodes over a database.
     *
     * @param clock what one of the nodes has for a clock, see {@link FakeClock}; null for the machine's
     */
    public static Cluster start(int count, Hosts hosts, String databaseUri, Path logs, FakeClock clock)
            throws InterruptedException {
        String members = IntStream.range(0, count)
                .mapToObj(i -> hosts.clusterAddress(i) + ":" + hosts.hazelcastPort(i))
                .collect(Collectors.joining(","));
        // Unlike that of any other run: nodes of two clusters that meet by chance must not join each other.
        String name = "chaos-" + UUID.randomUUID();
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> arguments = new ArrayList<>(basics(hosts, i));
            arguments.addAll(List.of(
                    "--store=postgres",
                    "--postgres-url=" + databaseUri,
                    "--cluster-name=" + name,
                    "--node-name=node-" + (i + 1),
                    "--join=" + members,
                    "--cluster-host=" + hosts.clusterAddress(i),
                    "--cluster-bind-host=" + hosts.nodeAddress(i),
                    "--hazelcast-port=" + hosts.hazelcastPort(i),
                    "--bus-port=" + hosts.busPort(i),
                    "--await-members=" + count));
            arguments.addAll(Operator.arguments(hosts, i, logs));
            List<String> prefix = new ArrayList<>(hosts.prefix(i));
            if (clock != null && clock.node() == i) {
                prefix.addAll(clock.prefix());
            }
            nodes.add(new Node("node-" + (i + 1), url(hosts, i), logs, prefix, arguments));
        }
        Cluster cluster = new Cluster(hosts, nodes);
        cluster.startAll();
        return cluster;
    }

    /** One node that keeps its documents in a folder. */
    public static Cluster single(Hosts hosts, Path data, Path logs) throws InterruptedException {
        List<String> arguments = new ArrayList<>(basics(hosts, 0));
        arguments.addAll(List.of("--store=embedded", "--data=" + data));
        Cluster cluster =
                new Cluster(hosts, List.of(new Node("alone", url(hosts, 0), logs, hosts.prefix(0), arguments)));
        cluster.startAll();
        return cluster;
    }

    private static List<String> basics(Hosts hosts, int node) {
        return List.of(
                "run",
                "--stop-with-input",
                "--allow-anonymous",
                "--host=" + hosts.nodeAddress(node),
                "--port=" + hosts.clientPort(node));
    }

    private static String url(Hosts hosts, int node) {
        return "ws://" + hosts.nodeAddress(node) + ":" + hosts.clientPort(node);
    }

    private void startAll() throws InterruptedException {
        try {
            // The first alone: two that start at the same instant may each found a cluster.
            nodes.get(0).start();
            nodes.get(0).awaitJoined();
            nodes.stream().skip(1).forEach(Node::start);
            for (Node node : nodes) {
                node.awaitReady();
            }
        } catch (RuntimeException | InterruptedException e) {
            close();
            throw e;
        }
    }

    public Operator operator() {
        return new Operator(hosts);
    }

    public Hosts hosts() {
        return hosts;
    }

    public List<Node> nodes() {
        return nodes;
    }

    public Node node(int index) {
        return nodes.get(Math.floorMod(index, nodes.size()));
    }

    /** Every node's address, one of them first: what a load balancer would try after its preferred one. */
    public List<String> urlsFrom(int index) {
        return IntStream.range(0, nodes.size())
                .mapToObj(i -> node(index + i).url())
                .toList();
    }

    /** Starts again what was killed or stopped. */
    public void restore() throws InterruptedException {
        List<Node> dead = nodes.stream().filter(node -> !node.isAlive()).toList();
        dead.forEach(Node::start);
        for (Node node : dead) {
            node.awaitReady();
        }
    }

    @Override
    public void close() {
        nodes.forEach(Node::kill);
    }
}
