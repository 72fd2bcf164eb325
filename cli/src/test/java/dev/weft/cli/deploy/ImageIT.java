package dev.weft.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files of the container image, put together by the script that the Dockerfile runs, and its entry point run as a
 * container runs it: as the user of the image, in a process table of its own, with nothing writable but the data folder and
 * {@code /tmp}. What is not tested is Docker itself.
 */
class ImageIT {
    private static final long PATIENCE_SECONDS = Long.getLong("patience", 120);
    private static final long IMAGE_BYTES_MAX = 220L << 20;

    @TempDir
    private static Path folder;

    private static Path image;
    private static Vertx vertx;

    @BeforeAll
    static void assemble() throws IOException, InterruptedException {
        image = Files.createDirectory(folder.resolve("image"));
        Programs.Outcome outcome = Programs.run(
                Repository.ROOT,
                Map.of("WEFT_BUILT", "yes", "JAVA_HOME", System.getProperty("java.home")),
                List.of(Repository.file("deploy/image/assemble").toString(), image.toString()));
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() {
        await(vertx.close());
    }

    @Test
    void isSmallAndComplete() throws IOException {
        long bytes;
        try (Stream<Path> files = Files.walk(image)) {
            bytes = files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
        assertThat(bytes).isLessThan(IMAGE_BYTES_MAX);
        for (String jar : classPath()) {
            assertThat(image.resolve(jar.replace("/opt/weft/", ""))).isRegularFile();
        }
        assertThat(String.join(" ", classPath())).doesNotContain("junit", "assertj");
    }

    @Test
    void theDockerfileRunsWhatIsTestedHere() {
        String dockerfile = Repository.read("Dockerfile");
        assertThat(dockerfile)
                .contains("\nENTRYPOINT [\"/opt/weft/runtime/bin/java\", \"@/opt/weft/lib/java.options\"]\n")
                .contains("\nUSER " + Sandbox.USER + ":" + Sandbox.USER + "\n")
                .contains("\nWORKDIR " + Sandbox.DATA + "\n")
                .contains("\nCOPY --from=build /image /opt/weft\nRUN /opt/weft/bin/prepare\n")
                .contains(" CMD [\"/opt/weft/bin/health\"]\n");
    }

    @Test
    void keepsWhatWasAcknowledgedAndStopsWhenAsked() throws IOException, InterruptedException {
        Sandbox.require();
        Path data = Files.createDirectory(folder.resolve("data"));
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Programs.Outcome prepared = Sandbox.prepare(image);
        assertThat(prepared.exitCode()).as(prepared.output()).isZero();

        int operators = freePort();
        Sandbox first = Sandbox.start(
                image, data, temporary, "run", "--port=0", "--allow-anonymous", "--http-port=" + operators);
        try {
            FugueTextHandler text = join(first.awaitPort(PATIENCE_SECONDS), "Kept.");
            assertThat(text.value()).isEqualTo("Kept.");
            assertThat(health(operators)).isZero();
        } finally {
            first.terminate();
        }
        assertThat(first.awaitExit(PATIENCE_SECONDS)).as(first::output).isEqualTo(128 + 15);
        assertThat(first.output()).contains("Stopped.");
        assertThat(health(operators)).isNotZero();

        Sandbox second = Sandbox.start(
                image,
                data,
                temporary,
                List.of("-Xlog:class+load:file=/tmp/classes.log"),
                "run",
                "--port=0",
                "--allow-anonymous",
                "--http-port=" + operators);
        try {
            FugueTextHandler text = join(second.awaitPort(PATIENCE_SECONDS), "");
            assertThat(text.value()).isEqualTo("Kept.");
        } finally {
            second.terminate();
        }
        second.awaitExit(PATIENCE_SECONDS);
        assertThatTheArchiveIsUsed(Files.readAllLines(temporary.resolve("classes.log")));
        assertThat(nativeLibrariesIn(temporary))
                .as("unpacked into /tmp, where they could not be loaded if it were mounted noexec")
                .isEmpty();
    }

    /** All but those that are made while it runs, and those whose format is too old for an archive. */
    private static void assertThatTheArchiveIsUsed(List<String> loaded) {
        long archived = loaded.stream()
                .filter(line -> line.contains("source: shared objects file"))
                .count();
        assertThat(archived).as("of %d classes", loaded.size()).isGreaterThan(loaded.size() * 8L / 10);
    }

    /** A client that joins, writes, waits until that is durable, and leaves. */
    private static FugueTextHandler join(int port, String written) {
        Document document =
                new Document(DocumentOptions.builder().documentId("paper").build());
        FugueTextHandler text = new FugueTextHandler(document, "text");
        SyncClient client = SyncClient.create(vertx, document, ClientOptions.of("paper", "ws://127.0.0.1:" + port));
        assertThat(await(client.connect())).isTrue();
        if (!written.isEmpty()) {
            await(client.edit(edited -> text.insert(0, written)).durable());
        }
        await(client.close());
        return text;
    }

    /** The health check of the image, whose network is this machine's here. */
    private static int health(int port) throws IOException, InterruptedException {
        return Programs.run(
                        image,
                        Map.of(),
                        List.of("bash", image.resolve("bin/health").toString(), String.valueOf(port)))
                .exitCode();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static List<String> classPath() throws IOException {
        Matcher option =
                Pattern.compile("(?m)^-cp (\\S+)$").matcher(Files.readString(image.resolve("lib/java.options")));
        assertThat(option.find()).isTrue();
        return List.of(option.group(1).split(":"));
    }

    private static List<Path> nativeLibrariesIn(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            return files.filter(file -> file.toString().endsWith(".so")).toList();
        }
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
