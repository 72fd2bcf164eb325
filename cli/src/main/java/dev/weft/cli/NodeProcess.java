package dev.weft.cli;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;

/**
 * A node in a process of its own, started with this process's Java, class path and flags, except those that the property
 * {@code weft.own.flags} names, with commas between. It stops when its standard input ends, so none outlives us, however we
 * end. Thread-safe.
 */
public final class NodeProcess {
    /** What a node prints once it is a member of its cluster, and once it serves and all it waits for have joined. */
    static final String JOINED = "Joined:";

    static final String READY = "Ready:";

    private static final String OWN_FLAGS = "weft.own.flags";

    private static final long STOP_SECONDS_MAX = 25;

    private final String name;
    private final Path log;
    private final Process process;
    private final CompletableFuture<Void> joined = new CompletableFuture<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    private NodeProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    static NodeProcess start(String name, Path log, List<String> arguments) throws IOException {
        return start(name, log, List.of(), List.of(), arguments);
    }

    /**
     * @param prefix a command that runs the rest of its arguments in its own place, such as {@code ip netns exec}; may be
     *     empty
     * @param jvmFlags on top of this process's own; a class path among them counts instead of its
     * @param arguments of the {@code weft} command; include {@code --stop-with-input}
     */
    public static NodeProcess start(
            String name, Path log, List<String> prefix, List<String> jvmFlags, List<String> arguments)
            throws IOException {
        Files.deleteIfExists(log);
        Files.createFile(log);
        List<String> command = new ArrayList<>(prefix);
        command.addAll(commandLine(jvmFlags, arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        NodeProcess node = new NodeProcess(name, log, process);
        Thread reader = new Thread(node::readOutput, "weft-output-" + name);
        reader.setDaemon(true);
        reader.start();
        return node;
    }

    private static List<String> commandLine(List<String> jvmFlags, List<String> arguments) {
        List<String> command = new ArrayList<>();
        // Ctrl-C reaches all processes of a terminal at once. An ignored signal stays ignored across exec, so the nodes
        // leave it to us to stop them one after the other.
        command.addAll(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "weft-node"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(inheritedFlags());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(jvmFlags);
        command.add(Weft.class.getName());
        command.addAll(arguments);
        return command;
    }

    private static List<String> inheritedFlags() {
        List<String> flags =
                new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        String own = System.getProperty(OWN_FLAGS, "");
        flags.remove("-D" + OWN_FLAGS + "=" + own);
        for (String flag : own.split(",")) {
            // Once: it may also be among the flags that somebody gave us.
            flags.remove(flag);
        }
        return flags;
    }

    private void readOutput() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
                BufferedWriter writer =
                        Files.newBufferedWriter(log, StandardOpenOption.APPEND, StandardOpenOption.CREATE)) {
            String line = lines.readLine();
            while (line != null) {
                writer.write(line);
                writer.newLine();
                writer.flush();
                if (line.startsWith(JOINED)) {
                    joined.complete(null);
                } else if (line.startsWith(READY)) {
                    joined.complete(null);
                    ready.complete(null);
                }
                line = lines.readLine();
            }
        } catch (IOException e) {
            System.err.println("weft: the output of " + name + " is lost: " + e.getMessage());
        }
        process.onExit().thenAccept(gone -> {
            CommandFailedException failure = new CommandFailedException(
                    name + " ended with exit code " + gone.exitValue() + " while starting: " + lastLogLine());
            joined.completeExceptionally(failure);
            ready.completeExceptionally(failure);
        });
    }

    private String lastLogLine() {
        try {
            List<String> lines = Files.readAllLines(log);
            return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1) + " (" + log + ")";
        } catch (IOException e) {
            return "its log " + log + " cannot be read";
        }
    }

    /** That others find a cluster if they start now; of a node that is alone, that it is ready. */
    public void awaitJoined(long seconds) throws InterruptedException {
        await(joined, seconds);
    }

    public void awaitReady(long seconds) throws InterruptedException {
        await(ready, seconds);
    }

    private void await(CompletableFuture<Void> what, long seconds) throws InterruptedException {
        try {
            what.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new CommandFailedException(Failures.describe(e), e);
        } catch (TimeoutException e) {
            throw new CommandFailedException(name + " was not ready within " + seconds + " s, see " + log, e);
        }
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public Path log() {
        return log;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    void onExit(IntConsumer listener) {
        process.onExit().thenAccept(gone -> listener.accept(gone.exitValue()));
    }

    /** As a power failure does: at once, without a goodbye. Returns when it is gone. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Lets the node stop by itself, and makes it if it does not. */
    public void stop() {
        try {
            process.outputWriter().close();
        } catch (IOException e) {
            // It is gone already.
        }
        try {
            if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                System.err.println("weft: " + name + " did not stop within " + STOP_SECONDS_MAX + " s and is killed");
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
