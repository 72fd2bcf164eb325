package dev.weft.server.kit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** Several nodes over PostgreSQL, each a JVM of its own that can be killed. Used from the test's thread. */
public final class ProcessCluster implements AutoCloseable {
    private final List<Process> processes = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();

    public static ProcessCluster start(int count, String databaseUri) {
        ProcessCluster cluster = new ProcessCluster();
        String name = "test-" + UUID.randomUUID();
        String schema = "s" + UUID.randomUUID().toString().replace("-", "");
        List<Integer> hazelcast = freePorts(count);
        String members = hazelcast.stream().map(String::valueOf).collect(Collectors.joining(","));
        try {
            for (int i = 0; i < count; i++) {
                cluster.startOne(
                        List.of(name, "node-" + i, String.valueOf(hazelcast.get(i)), members, schema, databaseUri));
            }
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw new UncheckedIOException(e);
        }
    }

    private void startOne(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        // The flags Hazelcast needs, as the build gave them to this process.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--add-"))
                .forEach(command::add);
        command.addAll(List.of(
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                NodeMain.class.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        processes.add(process);
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        String line;
        do {
            line = out.readLine();
            if (line == null) {
                throw new IOException("A node ended before it was ready, saying:\n" + said);
            }
            said.append(line).append('\n');
        } while (!line.startsWith(NodeMain.READY));
        ports.add(Integer.parseInt(line.substring(NodeMain.READY.length())));
        Thread drain = new Thread(() -> out.lines().forEach(ignored -> {}), "node-output");
        drain.setDaemon(true);
        drain.start();
    }

    public int port(int index) {
        return ports.get(index);
    }

    /** As {@code kill -9} does. */
    public void kill(int index) {
        processes.get(index).destroyForcibly();
    }

    private static List<Integer> freePorts(int count) {
        List<ServerSocket> held = new ArrayList<>();
        List<Integer> free = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                free.add(socket.getLocalPort());
            }
            for (ServerSocket socket : held) {
                socket.close();
            }
            return free;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
