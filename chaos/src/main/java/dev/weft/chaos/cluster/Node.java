package dev.weft.chaos.cluster;

import dev.weft.cli.NodeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One node over its lives: it may be killed, frozen, stopped and started again. Used by one thread. */
public final class Node {
    private static final long START_SECONDS_MAX = 180;
    private static final List<String> JVM_FLAGS = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final String name;
    private final String url;
    private final Path logs;
    private final List<String> prefix;
    private final List<String> arguments;
    private NodeProcess process;
    private int lives;

    Node(String name, String url, Path logs, List<String> prefix, List<String> arguments) {
        this.name = name;
        this.url = url;
        this.logs = logs;
        this.prefix = prefix;
        this.arguments = arguments;
    }

    public String name() {
        return name;
    }

    /** Where clients connect. */
    public String url() {
        return url;
    }

    /** Returns at once; see {@link #awaitReady}. */
    public void start() {
        lives++;
        Path log = logs.resolve(name + "." + lives + ".log");
        List<String> flags = new ArrayList<>(JVM_FLAGS);
        flags.addAll(archived(System.getenv("WEFT_NODE_CLASSES"), System.getenv("WEFT_NODE_CLASS_PATH")));
        try {
            process = NodeProcess.start(name, log, prefix, flags, arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The launcher script archives classes, so that nodes start with half the processor time. */
    private static List<String> archived(String classes, String classPath) {
        return classes == null
                ? List.of()
                : List.of("-XX:SharedArchiveFile=" + classes, "-Xlog:cds*=off", "-cp", classPath);
    }

    void awaitJoined() throws InterruptedException {
        process.awaitJoined(START_SECONDS_MAX);
    }

    /** It serves, and all nodes have joined. */
    public void awaitReady() throws InterruptedException {
        process.awaitReady(START_SECONDS_MAX);
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public Path log() {
        return process.log();
    }

    /** As a power failure does. Nothing if it is gone already. */
    public void kill() {
        if (process != null) {
            process.kill();
        }
    }

    /** In order, as an operator does. Returns when it has ended. */
    public void stop() {
        process.stop();
    }

    public void freeze() {
        Shell.run("kill", "-STOP", Long.toString(process.pid()));
    }

    public void thaw() {
        Shell.run("kill", "-CONT", Long.toString(process.pid()));
    }
}
