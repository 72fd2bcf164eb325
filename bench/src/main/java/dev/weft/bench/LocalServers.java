package dev.weft.bench;

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
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One node over the embedded store, or several that keep documents in memory, in processes of their own: {@code ./weft run}
 * or {@code ./weft cluster N}, as a user would start them.
 */
final class LocalServers implements AutoCloseable {
    private static final int PORT_MIN = 12_000;
    private static final int PORT_MAX = 30_000;
    private static final long PATIENCE_MILLIS = 120_000;
    private static final long POLL_MILLIS = 5;

    private final Process process;
    private final Path log;
    private final int firstPort;
    private final int nodes;

    private LocalServers(Process process, Path log, int firstPort, int nodes) {
        this.process = process;
        this.log = log;
        this.firstPort = firstPort;
        this.nodes = nodes;
    }

    /**
     * Returns at once; see {@link #awaitListening}.
     *
     * @param folder for data and logs; stays
     */
    static LocalServers start(int nodes, Path folder) throws IOException {
        int first = firstOfFreePorts(nodes);
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("weft.home"), "weft").toString()));
        if (nodes == 1) {
            command.addAll(List.of("run", "--port=" + first, "--data=" + Files.createTempDirectory(folder, "data")));
        } else {
            command.addAll(List.of("cluster", String.valueOf(nodes), "--port=" + first));
            command.addAll(List.of("--hazelcast-port=" + (first + nodes), "--bus-port=" + (first + 2 * nodes)));
        }
        Path log = Files.createTempFile(folder, "start", ".log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new LocalServers(process, log, first, nodes);
    }

    /** Where clients connect, one address for each node. */
    List<String> urls() {
        return IntStream.range(0, nodes).mapToObj(this::url).toList();
    }

    String url(int node) {
        return "ws://127.0.0.1:" + port(node);
    }

    int port(int node) {
        return firstPort + node;
    }

    void awaitListening(int node) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!listens(port(node))) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("The node did not start: " + Files.readString(log));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
        }
    }

    /** What all their processes have used until now. */
    Duration processorTime() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
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
    private static int firstOfFreePorts(int nodes) throws IOException {
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
