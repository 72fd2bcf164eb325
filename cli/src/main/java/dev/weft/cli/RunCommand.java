package dev.weft.cli;

import dev.weft.cluster.ClusterOptions;
import dev.weft.cluster.Network;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.http.HttpOptions;
import dev.weft.server.registry.BalancedPlacement;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One node in this process, until it is told to stop. */
@Command(name = "run", description = "Starts one node. Documents are kept in a data folder; stop it with Ctrl-C.")
final class RunCommand implements Callable<Integer> {
    private static final long START_SECONDS_MAX = 60;
    private static final long STOP_SECONDS_MAX = 20;

    @Option(
            names = "--port",
            defaultValue = "8080",
            description = "Port for clients, 0 for any free one. Default: ${DEFAULT-VALUE}")
    private int port;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            description = "Address to listen on for clients, 0.0.0.0 for every one. Default: ${DEFAULT-VALUE}")
    private String host;

    @Option(
            names = "--allow-anonymous",
            description = "Let in everybody, also when other machines can reach this node.")
    private boolean allowAnonymous;

    @Option(
            names = "--no-create",
            description = "Refuse to open documents that do not exist, instead of creating them.")
    private boolean noCreate;

    @Option(
            names = "--http-port",
            description = "Port for health, metrics and the HTTP interface, 0 for any free one. Default: none")
    private Integer httpPort;

    @Option(
            names = "--http-host",
            defaultValue = "127.0.0.1",
            description = "Address to listen on there. Default: ${DEFAULT-VALUE}")
    private String httpHost;

    @Mixin
    private StoreChoice store;

    @ArgGroup(exclusive = false, heading = "To join other nodes:%n")
    private ClusterFlags cluster;

    @Option(names = "--stop-with-input", hidden = true, description = "Stop when standard input ends.")
    private boolean stopWithInput;

    /** Given as a whole or not at all: a node without these is alone. */
    static final class ClusterFlags {
        @Option(
                names = "--join",
                required = true,
                split = ",",
                paramLabel = "HOST:PORT",
                description = "Hazelcast addresses of the nodes of the cluster; this node's own may be among them.")
        private List<String> members;

        @Option(names = "--node-name", defaultValue = "node", description = "Name in logs. Default: ${DEFAULT-VALUE}")
        private String nodeName;

        @Option(
                names = "--cluster-name",
                defaultValue = "weft",
                description = "Nodes of other clusters are refused. Default: ${DEFAULT-VALUE}")
        private String clusterName;

        @Option(
                names = "--cluster-host",
                defaultValue = "127.0.0.1",
                description = "Own address that the other nodes reach. Default: ${DEFAULT-VALUE}")
        private String host;

        @Option(
                names = "--cluster-bind-host",
                paramLabel = "ADDRESS",
                description =
                        "Address to listen on for other nodes, if it is not the one they reach. Default: that one")
        private String bindHost;

        @Option(names = "--hazelcast-port", defaultValue = "5701", description = "Default: ${DEFAULT-VALUE}")
        private int hazelcastPort;

        @Option(names = "--bus-port", defaultValue = "5801", description = "Default: ${DEFAULT-VALUE}")
        private int busPort;

        @Option(
                names = "--await-members",
                defaultValue = "1",
                description = "Report readiness once so many nodes have joined. Default: ${DEFAULT-VALUE}")
        private int awaitMembers;

        @Option(
                names = "--placement",
                defaultValue = "local",
                description =
                        "Which node owns a document that nobody owns: ${COMPLETION-CANDIDATES}, the one where it is"
                                + " first opened or one chosen by name and load. Default: ${DEFAULT-VALUE}")
        private PlacementChoice placement;

        enum PlacementChoice {
            local,
            balanced
        }

        @Option(
                names = "--allow-unshared-store",
                description =
                        "Join although each node keeps its own documents: those of a lost node are gone, or come back only with it.")
        private boolean allowUnsharedStore;

        private Network network() {
            return new Network(bindHost == null ? host : bindHost, host, hazelcastPort, busPort);
        }

        ClusterOptions options() {
            return ClusterOptions.builder()
                    .clusterName(clusterName)
                    .nodeName(nodeName)
                    .network(network())
                    .members(members.toArray(String[]::new))
                    .build();
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        Server server = start();
        CountDownLatch stopped = new CountDownLatch(1);
        // Vert.x and Hazelcast have no shutdown hooks of their own here: this one stops all, in order.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, stopped), "weft-stop"));
        if (stopWithInput) {
            InputEnd.whenReached(() -> System.exit(0));
        }
        if (cluster != null) {
            System.out.println(NodeProcess.STARTED + " " + server.nodeId());
            awaitMembers(server);
        }
        announce(server);
        stopped.await();
        return 0;
    }

    private Server start() throws InterruptedException {
        store.check();
        ServerOptions options = ServerOptions.DEFAULT.withGateway(GatewayOptions.DEFAULT
                .withHost(host)
                .withPort(port)
                .withCreate(!noCreate)
                .withAuth(AuthOptions.NONE.withAllowOpen(allowAnonymous)));
        if (httpPort != null) {
            options = options.withOperation(options.operation()
                    .withHttp(HttpOptions.DEFAULT.withHost(httpHost).withPort(httpPort)));
        }
        if (cluster != null) {
            options = options.withCluster(cluster.options()).withAllowUnsharedStore(cluster.allowUnsharedStore);
            if (cluster.placement == ClusterFlags.PlacementChoice.balanced) {
                options = options.withPlacement(new BalancedPlacement());
            }
        }
        try {
            return Server.start(options, store::create)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = Failures.unwrap(e);
            if (Failures.isPortTaken(cause)
                    && !String.valueOf(cause.getMessage()).contains("Hazelcast")) {
                throw new CommandFailedException(
                        "port " + port + " is taken by another process; stop that or choose another with --port",
                        cause);
            }
            throw new CommandFailedException("the node cannot start: " + Failures.describe(cause), cause);
        } catch (TimeoutException e) {
            throw new CommandFailedException("the node was not ready within " + START_SECONDS_MAX + " s", e);
        }
    }

    private void awaitMembers(Server server) throws InterruptedException {
        while (server.registry().members().size() < cluster.awaitMembers) {
            Thread.sleep(50);
        }
    }

    private void announce(Server server) {
        String url = "ws://localhost:" + server.port();
        System.out.println(NodeProcess.READY + " " + server.nodeId() + " listens on " + url + ", " + store.describe());
        if (!stopWithInput) {
            System.out.println();
            System.out.println(Hints.next(url, url, url));
            System.out.println("Ctrl-C stops the node.");
        }
        System.out.flush();
    }

    private static void stop(Server server, CountDownLatch stopped) {
        try {
            server.stop().toCompletionStage().toCompletableFuture().get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
            System.out.println("Stopped.");
        } catch (ExecutionException | TimeoutException e) {
            System.err.println("weft: the node did not stop cleanly: " + Failures.describe(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stopped.countDown();
        }
    }
}
