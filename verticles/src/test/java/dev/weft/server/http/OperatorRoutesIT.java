package dev.weft.server.http;

import static dev.weft.server.kit.RawClient.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.id.IdSource;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.server.OperationOptions;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Health and metrics of one node, and whether the documents tell the truth about them. */
class OperatorRoutesIT {
    private static final Pattern FAMILY = Pattern.compile("(?m)^# TYPE (weft_\\w+)(?<!_seconds_max) (\\w+)$");
    private static final Pattern HELP = Pattern.compile("(?m)^# HELP (weft_\\w+)(?<!_seconds_max) (.+)$");
    private static final Pattern ROW_TEXT = Pattern.compile("(?m)^\\| `(weft_\\w+)` \\| \\w+ \\| [^|]*\\| (.+) \\|$");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(weft_\\w+)` \\| (\\w+) \\|");

    private Server server;
    private WebClient http;

    @BeforeEach
    void start() {
        server = await(Server.start(
                ServerOptions.DEFAULT
                        .withGateway(
                                GatewayOptions.DEFAULT.withHost("127.0.0.1").withPort(0))
                        .withOperation(OperationOptions.DEFAULT.withHttp(HttpOptions.DEFAULT)),
                InMemoryDocumentStore.perNode(WallClock.SYSTEM)));
        http = WebClient.create(server.vertx());
    }

    @AfterEach
    void stop() {
        await(server.stop());
    }

    private HttpResponse<Buffer> get(String path) {
        return await(http.get(server.httpPort(), "127.0.0.1", path).send());
    }

    @Test
    void aNodeThatServesIsLiveAndReady() {
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        HttpResponse<Buffer> ready = get("/health/ready");
        assertThat(ready.statusCode()).isEqualTo(200);
        JsonObject answer = ready.bodyAsJsonObject();
        assertThat(answer.getString("status")).isEqualTo("up");
        assertThat(answer.getJsonArray("checks")).hasSize(4);
    }

    @Test
    void aNodeThatLeavesSaysSoAndIsStillLive() {
        server.health().draining();
        HttpResponse<Buffer> ready = get("/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.bodyAsString()).contains("the node is leaving");
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void aNodeWhosePortIsTakenDoesNotStartAndSaysSo() {
        ServerOptions second = ServerOptions.DEFAULT
                .withGateway(GatewayOptions.DEFAULT.withHost("127.0.0.1").withPort(0))
                .withOperation(OperationOptions.DEFAULT.withHttp(HttpOptions.DEFAULT.withPort(server.httpPort())));
        assertThatThrownBy(() -> await(Server.start(second, InMemoryDocumentStore.perNode(WallClock.SYSTEM))))
                .hasStackTraceContaining("java.net.BindException");
    }

    @Test
    void everyMetricIsDocumentedAndEveryDocumentedMetricExists() throws IOException {
        Set<String> served = found(FAMILY, get("/metrics").bodyAsString());
        Set<String> documented = found(ROW, Files.readString(Path.of("../docs/operations.md")));
        assertThat(served).isEqualTo(documented).hasSizeGreaterThan(25);
    }

    @Test
    void everyFigureSaysInPrometheusWhatTheDocumentsSay() throws IOException {
        Set<String> told = found(HELP, get("/metrics").bodyAsString());
        String documents =
                Files.readString(Path.of("../docs/operations.md")).replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1");
        Set<String> documented = new TreeSet<>();
        found(ROW_TEXT, documents).forEach(row -> documented.add(row.replace("`", "")));
        assertThat(told).isEqualTo(documented).hasSizeGreaterThan(25);
    }

    private static Set<String> found(Pattern pattern, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1) + " " + matcher.group(2));
        }
        return found;
    }

    @Test
    void whatAClientDoesIsCounted() {
        try (RawClient client = RawClient.connect(server.vertx(), server.port())) {
            client.send(new HandshakeRequest("paper", IdSource.seeded(1).nextPeerId(), VersionVector.EMPTY, Set.of()));
            client.next(HandshakeResponse.class);
            // Gauges of a gateway are published ten times a second.
            TestCluster.eventually(() -> value("weft_gateway_connections ") == 1);
            assertThat(value("weft_gateway_links ")).isEqualTo(1);
            assertThat(value("weft_document_hosted ")).isEqualTo(1);
            assertThat(value("weft_gateway_messages_total{direction=\"in\"} ")).isEqualTo(1);
            assertThat(value("weft_gateway_owner_seconds_count{request=\"attach\"} "))
                    .isEqualTo(1);
            assertThat(value("weft_gateway_owner_seconds_count{request=\"read\"} "))
                    .isEqualTo(1);
            assertThat(value("weft_store_call_seconds_count{operation=\"claim\"} "))
                    .isEqualTo(1);
        }
    }

    private double value(String series) {
        return get("/metrics")
                .bodyAsString()
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length())))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + series));
    }
}
