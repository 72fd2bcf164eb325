package dev.weft.cli.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Programs of the system that some of these tests need; without them they say so and are skipped. */
final class Programs {
    private static final long SECONDS_MAX = Long.getLong("patience", 120);

    private Programs() {}

    /** What a program that has ended printed, both streams. */
    record Outcome(int exitCode, String output) {}

    static Outcome run(Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("weft-output-", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(
                        command + " did not end within " + SECONDS_MAX + " s: " + Files.readString(output));
            }
            return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }

    /** Skips the calling test unless the command succeeds here. */
    static void require(String debianPackage, String... command) throws InterruptedException {
        try {
            Outcome outcome = run(Repository.ROOT, Map.of(), List.of(command));
            Assumptions.assumeTrue(
                    outcome.exitCode() == 0,
                    () -> String.join(" ", command) + " does not work here: "
                            + outcome.output().strip());
        } catch (IOException e) {
            Assumptions.abort(
                    command[0] + " is not installed; on Debian: apt-get install " + debianPackage + " (" + e + ")");
        }
    }
}
