package dev.weft.bench;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * From starting {@code ./weft run} or {@code ./weft cluster 3}, as a user would, until a client of each node has completed
 * its handshake: {@code ./weft bench start nodes=3 rounds=5}. Ends with exit code 1 if the median misses its goal, 3 s for
 * one node and 8 s for three.
 */
public final class StartBench {
    private static final int PORT_MIN = 12_000;
    private static final int PORT_MAX = 30_000;
    private static final long GOAL_MILLIS_ONE = 3_000;
    private static final long GOAL_MILLIS_MORE = 8_000;
    private static final long PATIENCE_MILLIS = 120_000;
    private static final long POLL_MILLIS = 5;

    private final int nodes;
    private final Path folder;
    private final Vertx vertx = Vertx.vertx();

    private StartBench(int nodes, Path folder) {
        this.nodes = nodes;
        this.folder = folder;
    }

    public static void main(String[] args) throws Exception {
        BenchArguments arguments = new BenchArguments(args);
        int nodes = arguments.number("nodes", 1);
        int rounds = arguments.number("rounds", 5);
        StartBench bench = new StartBench(nodes, Files.createTempDirectory("weft-start-"));
        List<Start> starts = new ArrayList<>();
        try {
            // The first one builds what is missing.
            bench.start();
            for (int round = 0; round < rounds; round++) {
                Start start = bench.start();
                starts.add(start);
                System.out.printf(
                        "%d of %d: %,d ms, of processors %,d ms%n",
                        round + 1, rounds, start.wallMillis, start.processorMillis);
            }
        } finally {
            bench.vertx.close();
        }
        List<Long> times = starts.stream().map(Start::wallMillis).sorted().toList();
        long median = times.get(times.size() / 2);
        long goal = nodes == 1 ? GOAL_MILLIS_ONE : GOAL_MILLIS_MORE;
        System.out.printf(
                "%d %s, start to first served handshake on each: median %,d ms, best %,d ms, goal %,d ms%n",
                nodes, nodes == 1 ? "node" : "nodes", median, times.get(0), goal);
        System.exit(median <= goal ? 0 : 1);
    }

    /** How long it took until the last node had served a handshake, and what all processes used until then. */
    private record Start(long wallMillis, long processorMillis) {}

    private Start start() throws IOException, InterruptedException {
        int first = firstOfFreePorts();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("weft.home"), "weft").toString()));
        if (nodes == 1) {
            command.addAll(List.of("run", "--port=" + first, "--data=" + Files.createTempDirectory(folder, "data")));
        } else {
            command.addAll(List.of("cluster", String.valueOf(nodes), "--port=" + first));
            command.addAll(List.of("--hazelcast-port=" + (first + nodes), "--bus-port=" + (first + 2 * nodes)));
        }
        Path log = Files.createTempFile(folder, "start", ".log");
        long started = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            for (int i = 0; i < nodes; i++) {
                awaitHandshake(process, first + i, log);
            }
            long wall = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
            return new Start(wall, processorMillis(process.toHandle()));
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private static long processorMillis(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants())
                .mapToLong(each ->
                        each.info().totalCpuDuration().map(Duration::toMillis).orElse(0L))
                .sum();
    }

    private void awaitHandshake(Process process, int port, Path log) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!listens(port) || !shakesHands(port)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("The node did not start: " + Files.readString(log));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
        }
    }

    private boolean shakesHands(int port) {
        Document document =
                new Document(DocumentOptions.builder().documentId("first").build());
        SyncClient client = SyncClient.create(vertx, document, ClientOptions.of("first", "ws://127.0.0.1:" + port));
        try {
            return client.connect().toCompletionStage().toCompletableFuture().join();
        } finally {
            client.close();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Not where the system takes ports for outgoing connections from: one of those could take a port before its node does.
     *
     * @return the first of as many free ports in a row as the nodes take
     */
    private int firstOfFreePorts() throws IOException {
        for (int attempt = 0; attempt < 50; attempt++) {
            List<ServerSocket> held = new ArrayList<>();
            try {
                int first = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
                for (int i = 0; i < 3 * nodes; i++) {
                    held.add(new ServerSocket(first + i, 1, InetAddress.getLoopbackAddress()));
                }
                return first;
            } catch (IOException e) {
                continue;
            } finally {
                for (ServerSocket socket : held) {
                    socket.close();
                }
            }
        }
        throw new IllegalStateException("No free ports in a row");
    }
}
