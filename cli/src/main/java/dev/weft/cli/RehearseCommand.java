package dev.weft.cli;

import dev.weft.cli.config.ConfigurationFlags;
import dev.weft.cli.config.NodeSettings;
import dev.weft.server.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Does once what nodes do when they start and when a client comes, so that the JVM can archive the classes of it: whoever
 * starts with that archive needs half the time. The launcher runs it, see {@code weft}.
 */
@Command(name = "rehearse", hidden = true, description = "Starts a node, edits a document on it, and stops it.")
final class RehearseCommand implements Callable<Integer> {
    private static final long PATIENCE_SECONDS = 60;

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException, TimeoutException {
        Path folder = Files.createTempDirectory("weft-rehearsal-");
        try {
            for (List<String> flags : List.of(alone(folder), clustered())) {
                CommandLine.ParseResult parsed = Weft.commandLine().parseArgs(flags.toArray(String[]::new));
                rehearse(ConfigurationFlags.settings(parsed.subcommand(), Map.of()));
            }
            return 0;
        } finally {
            delete(folder);
        }
    }

    private static List<String> alone(Path folder) {
        return List.of("run", "--port=0", "--http-port=0", "--data=" + folder.resolve("data"));
    }

    private static List<String> clustered() throws IOException {
        int port = freePort();
        return List.of(
                "run",
                "--port=0",
                "--store=memory",
                "--allow-unshared-store",
                "--bus-port=0",
                "--hazelcast-port=" + port,
                "--join=127.0.0.1:" + port);
    }

    private static void rehearse(NodeSettings settings)
            throws InterruptedException, ExecutionException, TimeoutException {
        Server server = Server.start(settings.serverOptions(), settings::store)
                .toCompletionStage()
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        String url = "ws://127.0.0.1:" + server.port();
        try (DocumentSession session = DocumentSession.open(new Target(url, "rehearsal", "text"))) {
            Text text = session.read(document -> Text.findOrCreate(document, "text", Text.Type.fugue));
            session.await(session.client()
                    .edit(document -> text.insert(0, "Once more."))
                    .durable());
        } finally {
            server.stop().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
