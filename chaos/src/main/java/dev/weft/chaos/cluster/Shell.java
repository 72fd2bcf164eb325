package dev.weft.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the commands of the system that make and mend faults. Thread-safe. */
public final class Shell {
    private static final long SECONDS_MAX = 20;

    private Shell() {}

    /** @throws IllegalStateException with what it printed, if it fails */
    public static void run(String... command) {
        String output = tryRun(command);
        if (output != null) {
            throw new IllegalStateException(String.join(" ", command) + ": " + output);
        }
    }

    /** @return null if it succeeded, otherwise what it printed */
    public static String tryRun(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "did not end within " + SECONDS_MAX + " s";
            }
            return process.exitValue() == 0 ? null : "exit code " + process.exitValue() + " " + output;
        } catch (IOException e) {
            return e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }

    public static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
