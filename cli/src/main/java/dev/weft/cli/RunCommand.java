package dev.weft.cli;

import dev.weft.cli.config.ConfigurationFlags;
import dev.weft.cli.config.NodeSettings;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.event.EventListener;
import dev.weft.server.event.EventOptions;
import dev.weft.server.event.ServerEvent;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One node in this process, until it is told to stop. */
@Command(name = "run", description = "Starts one node. Documents are kept in a data folder; stop it with Ctrl-C.")
final class RunCommand implements Callable<Integer> {
    private static final long START_SECONDS_MAX = 120;
    private static final long STOP_SECONDS_MAX = 20;

    private static final EventListener JOINED = new EventListener(
            EventOptions.of(Set.of(ServerEvent.Joined.class)),
            event -> System.out.println(NodeProcess.JOINED + " " + event.nodeId()));

    @Option(names = "--stop-with-input", hidden = true, description = "Stop when standard input ends.")
    private boolean stopWithInput;

    @Spec
    private CommandSpec spec;

    private NodeSettings settings;

    @Override
    public Integer call() throws InterruptedException {
        ConfigurationFlags.unknownVariables(System.getenv()).forEach(warning -> System.err.println("weft: " + warning));
        settings = ConfigurationFlags.settings(spec.commandLine().getParseResult(), System.getenv());
        Server server = start();
        CountDownLatch stopped = new CountDownLatch(1);
        // Vert.x and Hazelcast have no shutdown hooks of their own here: this one stops all, in order.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, stopped), "weft-stop"));
        if (stopWithInput) {
            InputEnd.whenReached(() -> System.exit(0));
        }
        if (settings.isClustered()) {
            awaitMembers(server);
        }
        announce(server);
        stopped.await();
        return 0;
    }

    private Server start() throws InterruptedException {
        ServerOptions options = settings.serverOptions(JOINED);
        try {
            return Server.start(options, settings::store)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = Failures.unwrap(e);
            if (Failures.isPortTaken(cause)
                    && !String.valueOf(cause.getMessage()).contains("Hazelcast")) {
                throw new CommandFailedException(
                        "port " + settings.port()
                                + " is taken by another process; stop that or choose another with --port",
                        cause);
            }
            throw new CommandFailedException("the node cannot start: " + Failures.describe(cause), cause);
        } catch (TimeoutException e) {
            throw new CommandFailedException("the node was not ready within " + START_SECONDS_MAX + " s", e);
        }
    }

    private void awaitMembers(Server server) throws InterruptedException {
        while (server.registry().members().size() < settings.awaitMembers()) {
            Thread.sleep(50);
        }
    }

    private void announce(Server server) {
        String url = (settings.isEncrypted() ? "wss" : "ws") + "://localhost:" + server.port();
        System.out.println(
                NodeProcess.READY + " " + server.nodeId() + " listens on " + url + ", " + settings.describeStore());
        if (!stopWithInput) {
            System.out.println();
            System.out.println(Hints.next(url, url, url));
            System.out.println("Ctrl-C stops the node.");
        }
        System.out.flush();
    }

    private void stop(Server server, CountDownLatch stopped) {
        try {
            server.stop().toCompletionStage().toCompletableFuture().get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
            System.out.println("Stopped.");
        } catch (ExecutionException | TimeoutException e) {
            System.err.println("weft: the node did not stop cleanly: " + Failures.describe(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            settings.close();
            stopped.countDown();
        }
    }
}
