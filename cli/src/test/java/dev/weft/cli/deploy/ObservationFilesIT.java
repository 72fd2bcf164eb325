package dev.weft.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.crdt.clock.WallClock;
import dev.weft.server.OperationOptions;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.http.HttpOptions;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The dashboard and the alerts ask for figures that nodes have, and the programs that read our files understand them. */
class ObservationFilesIT {
    private static final Pattern METRIC = Pattern.compile("\\b(?:weft|jvm|process|system|vertx)_[a-z_]+\\b");

    private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| `(weft_\\w+)` \\|");

    private static final long PATIENCE_SECONDS = 20;

    /** Metrics of other programs, not of nodes. */
    private static final Set<String> OTHERS = Set.of("up");

    @Test
    void theDashboardAndTheAlertsAskForFiguresThatNodesHave() throws Exception {
        Set<String> asked = new TreeSet<>();
        for (String expression : expressions()) {
            Matcher metrics = METRIC.matcher(expression);
            while (metrics.find()) {
                asked.add(metrics.group());
            }
        }
        assertThat(asked).hasSizeGreaterThan(20);
        asked.removeAll(OTHERS);
        assertThat(exposed(asked)).containsAll(asked);
    }

    /** What nobody sees on the dashboard nobody sees. */
    @Test
    void theDashboardShowsEveryFigureOfOurs() throws IOException {
        String dashboard = Repository.read("deploy/grafana/dashboards/weft.json");
        Matcher rows = DOCUMENTED.matcher(Repository.read("docs/operations.md"));
        Set<String> missing = new TreeSet<>();
        while (rows.find()) {
            if (!dashboard.contains(rows.group(1))) {
                missing.add(rows.group(1));
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void theAlertsNameEntriesOfTheRunbook() {
        String runbook = Repository.read("docs/operations.md");
        Yaml.read("deploy/prometheus/alerts.yml").at("/groups/0/rules").forEach(rule -> {
            String entry = rule.at("/annotations/runbook").asText().replaceFirst(".*#", "");
            assertThat(runbook.toLowerCase(java.util.Locale.ROOT).replace(' ', '-'))
                    .contains("\n###-" + entry + "\n");
        });
    }

    @Test
    void prometheusUnderstandsItsFiles() throws IOException, InterruptedException {
        Programs.require("prometheus", "promtool", "--version");
        Programs.Outcome outcome = Programs.run(
                Repository.ROOT, Map.of(), List.of("promtool", "check", "config", "deploy/prometheus/prometheus.yml"));
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    }

    @Test
    void haproxyUnderstandsItsFile() throws IOException, InterruptedException {
        Programs.require("haproxy", "/usr/sbin/haproxy", "-v");
        Programs.Outcome outcome = Programs.run(
                Repository.ROOT, Map.of(), List.of("/usr/sbin/haproxy", "-c", "-f", "deploy/haproxy/haproxy.cfg"));
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        // The names of the nodes resolve among the containers only; nothing else may be wrong.
        assertThat(outcome.output().lines().filter(line -> line.contains("ALERT") || line.contains("WARNING")))
                .allMatch(line -> line.contains("could not resolve address 'weft-"));
    }

    private static List<String> expressions() throws IOException {
        List<String> expressions = new ArrayList<>();
        JsonNode dashboard = new ObjectMapper().readTree(Repository.read("deploy/grafana/dashboards/weft.json"));
        dashboard.findValuesAsText("expr", expressions);
        Yaml.read("deploy/prometheus/alerts.yml").findValuesAsText("expr", expressions);
        return expressions;
    }

    /** What a node shows once all of that is there, or a while has passed. */
    private static Set<String> exposed(Set<String> asked) throws Exception {
        Server server = await(Server.start(
                ServerOptions.DEFAULT
                        .withGateway(
                                GatewayOptions.DEFAULT.withHost("127.0.0.1").withPort(0))
                        .withOperation(OperationOptions.DEFAULT.withHttp(HttpOptions.DEFAULT)),
                InMemoryDocumentStore.perNode(WallClock.SYSTEM)));
        try {
            URI metrics = URI.create("http://127.0.0.1:" + server.httpPort() + "/metrics");
            HttpClient client = HttpClient.newHttpClient();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            Set<String> names = new TreeSet<>();
            do {
                // The pauses of the collector are there once it has made one.
                System.gc();
                client.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                        .body()
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .forEach(line -> names.add(line.replaceFirst("[{ ].*", "")));
            } while (!names.containsAll(asked) && System.nanoTime() < deadline);
            return names;
        } finally {
            await(server.stop());
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
