package dev.weft.cli.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The image's entry point under bubblewrap, which needs neither root nor a container engine: first process of its process
 * table, user 10001 of its user table, this machine's {@code /usr} and the image read-only, a data folder and {@code /tmp}
 * to write to, no environment but the image's and a limit of memory.
 */
final class Sandbox {
    static final int USER = 10001;
    static final String DATA = "/var/lib/weft";
    private static final Pattern PORT = Pattern.compile("Ready: .* ws://localhost:(\\d+)");
    private static final long POLL_MILLIS = 20;

    private final Process process;
    private final Path output;

    private Sandbox(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Skips the calling test where bubblewrap is missing or not allowed. */
    static void require() throws InterruptedException {
        List<String> command = new ArrayList<>(walls());
        command.add("/usr/bin/true");
        Programs.require("bubblewrap", command.toArray(String[]::new));
    }

    /** What the Dockerfile runs where the files lie for good, with the image still writable. */
    static Programs.Outcome prepare(Path image) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(walls());
        command.addAll(List.of("--bind", image.toString(), "/opt/weft", "--tmpfs", "/tmp", "--clearenv"));
        command.addAll(List.of("--setenv", "PATH", "/usr/bin:/bin", "/opt/weft/bin/prepare"));
        return Programs.run(image, Map.of(), command);
    }

    static Sandbox start(Path image, Path data, Path temporary, String... arguments) throws IOException {
        return start(image, data, temporary, List.of(), arguments);
    }

    /** @param jvmFlags on top of the image's */
    static Sandbox start(Path image, Path data, Path temporary, List<String> jvmFlags, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(walls());
        command.addAll(List.of("--ro-bind", image.toString(), "/opt/weft"));
        command.addAll(List.of("--bind", temporary.toString(), "/tmp"));
        command.addAll(List.of("--bind", data.toString(), DATA));
        command.addAll(List.of("--remount-ro", "/", "--chdir", DATA));
        String options = String.join(
                " ",
                Stream.concat(Stream.of("-XX:MaxRAM=512m"), jvmFlags.stream()).toList());
        command.addAll(List.of("--clearenv", "--setenv", "JDK_JAVA_OPTIONS", options));
        Dockerfile.environment().forEach((name, value) -> command.addAll(List.of("--setenv", name, value)));
        command.addAll(List.of("/opt/weft/runtime/bin/java", "@/opt/weft/lib/java.options"));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("weft-sandbox-", ".log");
        output.toFile().deleteOnExit();
        return new Sandbox(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start(),
                output);
    }

    private static List<String> walls() {
        String user = String.valueOf(USER);
        List<String> walls = new ArrayList<>(List.of("bwrap", "--unshare-user", "--uid", user, "--gid", user));
        walls.addAll(List.of("--unshare-pid", "--as-pid-1", "--die-with-parent"));
        walls.addAll(List.of("--ro-bind", "/usr", "/usr"));
        for (String link : List.of("bin", "lib", "lib64")) {
            if (Files.exists(Path.of("/usr", link))) {
                walls.addAll(List.of("--symlink", "usr/" + link, "/" + link));
            }
        }
        walls.addAll(List.of("--dev", "/dev", "--proc", "/proc"));
        return walls;
    }

    int awaitPort(long seconds) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            Matcher ready = PORT.matcher(Files.readString(output));
            if (ready.find()) {
                return Integer.parseInt(ready.group(1));
            }
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError("the node did not start: " + output());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
        }
    }

    /** As {@code docker stop} does: SIGTERM to the first process of the container. */
    void terminate() {
        process.children().forEach(ProcessHandle::destroy);
    }

    int awaitExit(long seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("the node did not stop: " + output());
        }
        return process.exitValue();
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return "unreadable: " + e;
        }
    }
}
