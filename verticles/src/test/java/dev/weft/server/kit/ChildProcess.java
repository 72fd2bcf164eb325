package dev.weft.server.kit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own that serves a port, with the class path of this one. Can be killed. */
public final class ChildProcess implements AutoCloseable {
    private static final String READY = "READY ";

    private final Process process;
    private final int port;

    private ChildProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Called in the child, once it serves. */
    public static void ready(int port) {
        System.out.println(READY + port);
    }

    /** @param main calls {@link #ready} once it serves */
    public static ChildProcess start(Class<?> main, List<String> flags, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        // The flags Hazelcast needs, as the build gave them to this process.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--add-"))
                .forEach(command::add);
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        String line;
        do {
            line = out.readLine();
            if (line == null) {
                process.destroyForcibly();
                throw new IOException("A process ended before it was ready, saying:\n" + said);
            }
            said.append(line).append('\n');
        } while (!line.startsWith(READY));
        Thread drain = new Thread(() -> out.lines().forEach(ignored -> {}), "child-output");
        drain.setDaemon(true);
        drain.start();
        return new ChildProcess(process, Integer.parseInt(line.substring(READY.length())));
    }

    public int port() {
        return port;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** As {@code kill -9} does. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
