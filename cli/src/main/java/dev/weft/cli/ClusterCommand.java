package dev.weft.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Several nodes on this machine, one process each, as a newcomer's cluster. */
@Command(
        name = "cluster",
        description = {
            "Starts several nodes on this machine, one process each, clustered over loopback.",
            "Clients reach node 1 at the first port, node 2 at the next, and so on. Ctrl-C stops all.",
            "Without --postgres-url each node keeps the documents it owns in its memory: those of a lost node come back"
                    + " from the clients that have them open, and from nowhere else."
        })
final class ClusterCommand implements Callable<Integer> {
    private static final int NODES_MAX = 16;
    private static final long START_SECONDS_MAX = 240;

    @Parameters(
            index = "0",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many nodes, 1 to 16. Default: ${DEFAULT-VALUE}")
    private int count;

    @Option(names = "--port", defaultValue = "8081", description = "Client port of node 1. Default: ${DEFAULT-VALUE}")
    private int port;

    @Option(
            names = "--hazelcast-port",
            defaultValue = "5701",
            description = "Hazelcast port of node 1. Default: ${DEFAULT-VALUE}")
    private int hazelcastPort;

    @Option(
            names = "--bus-port",
            defaultValue = "5801",
            description = "Event bus port of node 1. Default: ${DEFAULT-VALUE}")
    private int busPort;

    @Option(
            names = "--http-port",
            description =
                    "Port of node 1 for metrics, health and, with --api-tokens-file, the HTTP interface and the page for"
                            + " operators; the next for node 2, and so on.")
    private Integer httpPort;

    @Option(
            names = "--api-tokens-file",
            paramLabel = "FILE",
            description = "Who may use the HTTP interface, see docs/http-api.md.")
    private Path apiTokensFile;

    @Option(
            names = "--logs",
            defaultValue = "logs",
            paramLabel = "FOLDER",
            description = "Where each node's log goes. Default: ./${DEFAULT-VALUE}")
    private Path logs;

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            description = "Keep documents in this database, shared by all nodes:"
                    + " postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    private String postgresUrl;

    private final List<NodeProcess> nodes = new ArrayList<>();
    private volatile boolean stopping;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (count < 1 || count > NODES_MAX) {
            throw new CommandFailedException("a local cluster has 1 to " + NODES_MAX + " nodes, not " + count);
        }
        requireFreePorts();
        Files.createDirectories(logs);
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAll, "weft-stop"));
        startAll();
        announce();
        return superviseAll();
    }

    private void requireFreePorts() throws IOException {
        List<Integer> firsts = new ArrayList<>(List.of(port, hazelcastPort, busPort));
        if (httpPort != null) {
            firsts.add(httpPort);
        }
        for (int first : firsts) {
            for (int i = 0; i < count; i++) {
                try (ServerSocket socket = new ServerSocket()) {
                    socket.setReuseAddress(true);
                    socket.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), first + i));
                } catch (java.net.BindException e) {
                    throw new CommandFailedException(
                            "port " + (first + i) + " is taken by another process; stop that, or choose others with"
                                    + " --port, --hazelcast-port, --bus-port and --http-port",
                            e);
                }
            }
        }
    }

    private void startAll() throws IOException, InterruptedException {
        System.err.println("Starting " + count + (count == 1 ? " node" : " nodes") + ", logs in " + logs + " ...");
        // The first alone: two that start at the same instant may each found a cluster, and merge only later. It is
        // told of
        // nobody else, so that it does not look for them for a second; it gets to know them when they join.
        nodes.add(start(1, 1));
        nodes.get(0).awaitJoined(START_SECONDS_MAX);
        for (int number = 2; number <= count; number++) {
            nodes.add(start(number, count));
        }
        for (NodeProcess node : nodes) {
            node.awaitReady(START_SECONDS_MAX);
        }
    }

    private NodeProcess start(int number, int sought) throws IOException {
        String members = IntStream.range(0, sought)
                .mapToObj(i -> "127.0.0.1:" + (hazelcastPort + i))
                .collect(Collectors.joining(","));
        String name = "node-" + number;
        List<String> arguments = new ArrayList<>(List.of(
                "run",
                "--stop-with-input",
                "--host=127.0.0.1",
                "--port=" + (port + number - 1),
                "--node-name=" + name,
                "--join=" + members,
                "--hazelcast-port=" + (hazelcastPort + number - 1),
                "--bus-port=" + (busPort + number - 1),
                "--await-members=" + count));
        if (httpPort != null) {
            arguments.add("--http-port=" + (httpPort + number - 1));
        }
        if (apiTokensFile != null) {
            arguments.add("--api-tokens-file=" + apiTokensFile);
        }
        if (postgresUrl == null) {
            arguments.addAll(List.of("--store=memory", "--allow-unshared-store"));
        } else {
            arguments.addAll(List.of("--store=postgres", "--postgres-url=" + postgresUrl));
        }
        return NodeProcess.start(name, logs.resolve(name + ".log"), arguments);
    }

    private void announce() {
        System.out.println("All " + count + " nodes have joined:");
        for (int i = 0; i < count; i++) {
            System.out.println("  " + nodes.get(i).name() + "  ws://localhost:" + (port + i) + "  pid "
                    + nodes.get(i).pid());
        }
        System.out.println();
        if (httpPort != null && apiTokensFile != null) {
            System.out.println("The page for operators is at http://localhost:" + httpPort + "/admin/");
            System.out.println();
        }
        System.out.println(Hints.next(url(0), url(Math.min(2, count - 1)), url(Math.min(1, count - 1))));
        System.out.println("Ctrl-C stops all nodes.");
        System.out.flush();
    }

    private String url(int index) {
        return "ws://localhost:" + (port + index);
    }

    /** Tells of nodes that die; the others go on, which is what a cluster is for. Returns when none is left. */
    private int superviseAll() throws InterruptedException {
        CountDownLatch alive = new CountDownLatch(nodes.size());
        nodes.forEach(node -> node.onExit(code -> {
            if (!stopping) {
                System.err.println("weft: " + node.name() + " (pid " + node.pid() + ") died with exit code " + code
                        + ", see " + node.log() + (alive.getCount() > 1 ? "; the others go on" : ""));
            }
            alive.countDown();
        }));
        alive.await();
        if (stopping) {
            // The shutdown hook ends the process.
            Thread.currentThread().join();
        }
        throw new CommandFailedException("no node is left");
    }

    private void stopAll() {
        stopping = true;
        // One after the other: two that leave at once could take an entry of the ownership map with them.
        nodes.forEach(NodeProcess::stop);
        System.err.println("All nodes stopped.");
    }
}
