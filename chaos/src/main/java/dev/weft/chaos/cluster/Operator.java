package dev.weft.chaos.cluster;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Moves documents, through the HTTP interface of a node. Used by one thread. */
public final class Operator {
    private static final String TOKEN = "an-operator-of-the-fault-suite";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ACCEPTED = 202;
    private static final int OK = 200;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Hosts hosts;

    Operator(Hosts hosts) {
        this.hosts = hosts;
    }

    /** How a node lets operators in. */
    static List<String> arguments(Hosts hosts, int node, Path folder) {
        Path tokens = folder.resolve("operators.yaml");
        try {
            Files.writeString(tokens, "- token: " + TOKEN + "\n  subject: operator\n  write: [\"*\"]\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of(
                "--http-host=" + hosts.nodeAddress(node),
                "--http-port=" + hosts.httpPort(node),
                "--api-tokens-file=" + tokens);
    }

    /** Returns when the node owns the document. */
    public void moveTo(int node, String documentId, boolean isRelay) throws InterruptedException {
        String document = "/documents/" + documentId;
        String kind = "?kind=" + (isRelay ? "relay" : "aware");
        String target = ask(node, "GET", "/nodes", "", OK).getString("answeredBy");
        ask(node, "POST", document + "/hand-off" + kind, "{\"node\":\"" + target + "\"}", ACCEPTED);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        JsonObject owner;
        do {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(documentId + " was not moved within " + PATIENCE.toSeconds() + " s");
            }
            owner = ask(node, "GET", document + "/owner" + kind, "", OK);
        } while (!target.equals(owner.getString("node")) || !"active".equals(owner.getString("state")));
    }

    private JsonObject ask(int node, String method, String path, String body, int expected)
            throws InterruptedException {
        String address = hosts.nodeAddress(node) + ":" + hosts.httpPort(node);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/api/v1" + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
        try {
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != expected) {
                throw new IllegalStateException(
                        method + " " + path + " was answered by " + answer.statusCode() + " " + answer.body());
            }
            return new JsonObject(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
