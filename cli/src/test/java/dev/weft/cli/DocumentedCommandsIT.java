package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the pages, run as they stand there by a shell in an empty folder, where {@code ./weft} is the launcher of
 * the repository. Only ports are replaced by free ones, and the recorded session by a short one of the same name.
 */
class DocumentedCommandsIT {
    private static final String RUN = "./weft run";
    private static final String WATCH = "./weft watch ws://localhost:8080 paper text --summary";
    private static final String TYPE = "./weft type ws://localhost:8080 paper text --trace automerge-paper";
    private static final String CAT = "./weft cat ws://localhost:8080 paper text";
    private static final String CLUSTER = "./weft cluster 3";
    private static final String WATCH_ON_THREE = "./weft watch ws://localhost:8083 paper text --summary";
    private static final String TYPE_ON_ONE = "./weft type ws://localhost:8081 paper text --trace automerge-paper";
    private static final String CAT_ON_TWO = "./weft cat ws://localhost:8082 paper text";
    private static final String RUN_WITH_HTTP = "./weft run --http-port 8090 --api-tokens-file tokens.yaml";
    private static final String CURL = "curl -H \"Authorization: Bearer choose-one-of-16-characters-or-more\""
            + " http://localhost:8090/api/v1/nodes";
    private static final String CURL_PAPER = CURL.replace("nodes", "documents/paper");
    private static final String BACKUP = "./weft backup weft-2026-11-23.weft --store postgres"
            + " --postgres-url postgresql://USER:PASSWORD@HOST:5432/DATABASE";
    private static final String RESTORE = "./weft restore weft-2026-11-23.weft --store postgres"
            + " --postgres-url postgresql://USER:PASSWORD@HOST:5432/OTHER";

    /** All of them, for the test that looks for others on the pages. */
    static final List<String> COMMANDS = List.of(
            RUN,
            WATCH,
            TYPE,
            CAT,
            CLUSTER,
            WATCH_ON_THREE,
            TYPE_ON_ONE,
            CAT_ON_TWO,
            RUN_WITH_HTTP,
            CURL,
            CURL_PAPER,
            BACKUP,
            RESTORE);

    private static final long PATIENCE_SECONDS = Long.getLong("patience", 240);
    private static final String TYPED = "Hello, paper.";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final List<Running> running = new ArrayList<>();
    private int started;

    @BeforeEach
    void prepare() throws IOException {
        Path launcher = Files.writeString(
                folder.resolve("weft"), "#!/bin/sh\nexec '" + DocumentedBlock.ROOT.resolve("weft") + "' \"$@\"\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(folder.resolve("automerge-paper"), """
                {"startContent": "", "endContent": "%s", "txns": [
                  {"patches": [[0, 0, "Hello, peper."]]}, {"patches": [[8, 1, "a"]]}]}
                """.formatted(TYPED));
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Running each : running) {
            each.process.destroy();
        }
        for (Running each : running) {
            if (!each.process.waitFor(60, TimeUnit.SECONDS)) {
                each.process.destroyForcibly();
            }
        }
    }

    @Test
    void oneNodeIsTypedInWatchedAndReadAsTheReadmeSays() {
        int port = FreePorts.inARow(1).get(0);
        start(RUN, Map.of("WEFT_CLIENTS_PORT", String.valueOf(port))).await("Ready:");
        useNode(List.of(WATCH, TYPE, CAT), "8080", port, port, port);
        assertThat(folder.resolve("data")).isDirectory();
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException, InterruptedException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            Running refused = start(RUN, Map.of("WEFT_CLIENTS_PORT", port));
            assertThat(refused.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(refused.output()).contains("port " + port + " is taken by another process");
        }
    }

    @Test
    void threeNodesAreTypedInWatchedAndReadAsThePagesSay() throws IOException {
        int port = FreePorts.inARow(12).get(0);
        writeTokens();
        Running cluster = start(
                CLUSTER + " --port=" + port + " --hazelcast-port=" + (port + 3) + " --bus-port=" + (port + 6)
                        + " --http-port=" + (port + 9) + " --api-tokens-file=tokens.yaml",
                Map.of());
        cluster.await("All 3 nodes have joined");
        cluster.await("http://localhost:" + (port + 9) + "/admin/");
        assertThat(folder.resolve("logs/node-3.log")).isNotEmptyFile();
        for (int node = 0; node < 3; node++) {
            String nodes = run(curl(CURL, port + 9 + node));
            assertThat(JSON.readTree(nodes).path("nodes")).hasSize(3);
        }
        useNode(List.of(WATCH_ON_THREE, TYPE_ON_ONE, CAT_ON_TWO), "808[123]", port + 2, port, port + 1);
    }

    private void useNode(List<String> commands, String port, int watched, int typed, int read) {
        Running watch = start(commands.get(0).replaceFirst(port, String.valueOf(watched)), Map.of());
        watch.await("characters");
        String typing = run(commands.get(1).replaceFirst(port, String.valueOf(typed)));
        assertThat(typing).contains("Typed 2 edits", "equals the recording's end content");
        watch.await(TYPED.length() + " characters");
        assertThat(run(commands.get(2).replaceFirst(port, String.valueOf(read))))
                .contains(TYPED);
    }

    @Test
    void theHttpInterfaceAnswersAsItsPageSays() throws IOException, InterruptedException {
        int port = FreePorts.inARow(2).get(0);
        writeTokens();
        start(
                        RUN_WITH_HTTP.replace("8090", String.valueOf(port)),
                        Map.of("WEFT_CLIENTS_PORT", String.valueOf(port + 1)))
                .await("Ready:");
        String nodes = run(curl(CURL, port));
        assertThat(JSON.readTree(nodes).path("nodes")).hasSize(1);

        String paper = "http://localhost:" + port + "/api/v1/documents/paper";
        assertThat(request("PUT", paper, "").statusCode()).isEqualTo(201);
        request(
                "POST",
                paper + "/edits",
                "{\"operations\": [{\"op\": \"text.set\", \"handler\": \"text\", \"text\": \"Goodbye\"}]}");
        HttpResponse<String> edited =
                request("POST", paper + "/edits", DocumentedBlock.only("docs/http-api.md", "json", "text.splice"));
        assertThat(edited.statusCode()).as(edited.body()).isEqualTo(200);
        String shownPaper = run(curl(CURL_PAPER, port));
        assertThat(JSON.readTree(shownPaper).path("values").path("text").asText())
                .isEqualTo("Helloye");

        JsonNode shown = JSON.readTree(DocumentedBlock.only("docs/operations.md", "json", "checks"));
        JsonNode ready = JSON.readTree(
                request("GET", "http://localhost:" + port + "/health/ready", "").body());
        assertThat(ready.fieldNames()).toIterable().containsExactlyElementsOf(() -> shown.fieldNames());
        assertThat(ready.path("checks")).anyMatch(check -> check.path("name")
                .equals(shown.path("checks").get(0).path("name")));
    }

    private void writeTokens() throws IOException {
        Files.writeString(
                folder.resolve("tokens.yaml"), DocumentedBlock.only("docs/http-api.md", "yaml", "choose-one-of-16"));
    }

    private static String curl(String documented, int port) {
        return documented.replace("curl ", "curl -sS ").replace("8090", String.valueOf(port));
    }

    private static HttpResponse<String> request(String method, String url, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer choose-one-of-16-characters-or-more")
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aDatabaseIsBackedUpAndRestoredAsTheOperationsPageSays() {
        Assumptions.assumeTrue(PostgresServer.isSharedAvailable(), "no PostgreSQL for this platform");
        String place = "postgresql://USER:PASSWORD@HOST:5432/";
        assertThat(run(BACKUP.replace(place + "DATABASE", PostgresServer.freshUri())))
                .contains("0 documents");
        assertThat(run(RESTORE.replace(place + "OTHER", PostgresServer.freshUri())))
                .contains("0 documents restored");
    }

    /** Runs to its end, which must be a good one. @return what it said */
    private String run(String command) {
        Running ending = start(command, Map.of());
        try {
            assertThat(ending.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("ended: %s", command)
                    .isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(ending.process.exitValue()).as(ending.output()).isZero();
        return ending.output();
    }

    private Running start(String command, Map<String, String> environment) {
        try {
            Path output = folder.resolve("output-" + ++started);
            ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", "exec " + command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            Running begun = new Running(command, builder.start(), output);
            running.add(begun);
            return begun;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Running(String command, Process process, Path log) {
        void await(String words) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!output().contains(words)) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new AssertionError("'" + command + "' did not say '" + words + "' but:\n" + output());
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }

        String output() {
            try (InputStream in = Files.newInputStream(log)) {
                return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
