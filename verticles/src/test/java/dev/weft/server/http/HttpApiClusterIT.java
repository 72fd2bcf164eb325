package dev.weft.server.http;

import static dev.weft.server.http.ApiClient.edit;
import static dev.weft.server.http.ApiClient.op;
import static dev.weft.server.kit.RawClient.await;
import static dev.weft.server.kit.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.FramedChanges;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.IdSource;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.server.OperationOptions;
import dev.weft.server.Server;
import dev.weft.server.auth.Access;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.DocumentPattern;
import dev.weft.server.auth.Grant;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.Peers;
import dev.weft.server.auth.StaticTokenAuthenticator;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The HTTP interface of a cluster of two, each answer held to the description. */
class HttpApiClusterIT {
    private static final String ADMIN = "token-of-an-operator";
    private static final String READER = "token-of-a-reader-only";
    private static final String LEAVER = "token-of-somebody-who-leaves";
    private static final int BODY_BYTES_MAX = 100_000;

    private static TestCluster cluster;
    private static ApiClient api;

    @BeforeAll
    static void start() {
        AuthOptions auth = AuthOptions.of(new StaticTokenAuthenticator(Map.of(
                ADMIN, identity("operator", new Grant(DocumentPattern.ALL, Access.WRITE)),
                LEAVER, identity("leaver", new Grant(DocumentPattern.ALL, Access.WRITE)),
                READER, identity("reader", new Grant(DocumentPattern.of("public-*"), Access.READ)))));
        cluster = TestCluster.start(
                2,
                options -> options.withOperation(OperationOptions.DEFAULT.withHttp(
                        HttpOptions.DEFAULT.withBodyBytesMax(BODY_BYTES_MAX).withApi(auth))));
        api = new ApiClient(cluster.node(0).vertx(), cluster.node(0), ADMIN);
    }

    private static Identity identity(String subject, Grant grant) {
        return new Identity(subject, null, 0, Identity.NEVER, List.of(grant), Peers.ANY);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Server one() {
        return cluster.node(0);
    }

    private static Server two() {
        return cluster.node(1);
    }

    private static RawClient join(Server node, String documentId) {
        RawClient client = RawClient.connect(node.vertx(), node.port());
        client.send(new HandshakeRequest(documentId, IdSource.seeded(7).nextPeerId(), VersionVector.EMPTY, Set.of()));
        client.next(HandshakeResponse.class);
        return client;
    }

    /** One life of a document, through both nodes in turn; by its end every operation was called with success. */
    @Test
    void everyOperationAnswersAsDescribed() {
        String paper = "/documents/paper";
        api.json(one(), HttpMethod.PUT, paper, null, 201);
        api.json(two(), HttpMethod.PUT, paper, null, 200);
        String first = api.post(
                        two(),
                        paper + "/edits",
                        edit(
                                op("text.set", "text", "text", "Hello"),
                                op("map.set", "meta", "key", "title", "value", "A paper"),
                                op(
                                        "list.insert",
                                        "tags",
                                        "index",
                                        0,
                                        "values",
                                        new JsonArray().add("a").add(2))))
                .getString("version");
        assertThat(api.get(one(), paper).getJsonObject("values"))
                .isEqualTo(new JsonObject("{\"text\":\"Hello\",\"meta\":{\"title\":\"A paper\"},\"tags\":[\"a\",2]}"));
        api.post(one(), paper + "/edits", edit(op("text.splice", "text", "index", 0, "count", 5, "text", "Bye")));

        JsonObject since = api.get(two(), paper + "/changes?since=" + first);
        assertThat(since.getJsonArray("changes").size()).isPositive();
        assertThat(since.getBoolean("complete")).isTrue();
        HttpResponse<Buffer> snapshot = api.call(one(), HttpMethod.GET, paper + "/snapshot", null, null);
        assertThat(ApiCall.encodeVersion(
                        Snapshot.decode(snapshot.body().getBytes()).versionVector()))
                .isEqualTo(snapshot.getHeader("Weft-Version"));

        history(paper, first);
        exportAndImport(paper);
        people();
        nodes(paper);

        api.json(one(), HttpMethod.DELETE, paper, null, 204);
        // Whoever holds a replica hears of it in a message.
        for (Server node : List.of(two(), one())) {
            TestCluster.within(60, "it is gone", () -> api.status(node, paper) == 404);
        }
        api.json(two(), HttpMethod.POST, "/nodes/" + two().nodeId() + "/drain", null, 202);
        assertThat(api.called()).isEqualTo(api.described());
    }

    private void history(String paper, String first) {
        JsonArray versions = api.get(two(), paper + "/versions").getJsonArray("versions");
        assertThat(versions.size()).isPositive();
        String newest = versions.getJsonObject(0).getString("version");
        assertThat(api.get(two(), paper + "/versions/" + newest)
                        .getJsonObject("values")
                        .getString("text"))
                .isEqualTo("Bye");
        assertThat(api.get(one(), paper + "/versions/" + first)
                        .getJsonObject("values")
                        .getString("text"))
                .isEqualTo("Hello");
        api.post(one(), paper + "/restore", new JsonObject().put("version", first));
        assertThat(api.get(one(), paper).getJsonObject("values").getString("text"))
                .isEqualTo("Hello");
    }

    private void exportAndImport(String paper) {
        // The other node hears of the restoration in a message.
        eventually(() -> api.get(two(), paper)
                .getJsonObject("values")
                .equals(api.get(one(), paper).getJsonObject("values")));
        HttpResponse<Buffer> export = api.call(two(), HttpMethod.GET, paper + "/export", null, null);
        int changes = FramedChanges.decode(export.body().getBytes()).size();
        HttpResponse<Buffer> imported =
                api.call(one(), HttpMethod.POST, "/documents/copy/import", export.body(), "application/octet-stream");
        assertThat(imported.bodyAsJsonObject().getInteger("imported")).isEqualTo(changes);
        assertThat(api.get(two(), "/documents/copy").getJsonObject("values"))
                .isEqualTo(api.get(one(), paper).getJsonObject("values"));
    }

    private void people() {
        try (RawClient client = join(two(), "crowded")) {
            JsonObject sessions = api.get(one(), "/documents/crowded/sessions");
            assertThat(sessions.getJsonArray("sessions")).hasSize(1);
            assertThat(sessions.getJsonArray("sessions").getJsonObject(0).getString("node"))
                    .isEqualTo(two().nodeId());
            eventually(() -> api.get(one(), "/documents/crowded/presence")
                            .getJsonArray("clients")
                            .size()
                    == 1);
            JsonObject refused = api.json(one(), HttpMethod.DELETE, "/documents/crowded", null, 409);
            assertThat(refused.getString("detail"))
                    .contains("have the document open")
                    .endsWith(": 1");
            client.send(new Ping("crowded", 1, null));
            assertThat(client.next(Pong.class).documentId()).isEqualTo("crowded");
        }
    }

    private void nodes(String paper) {
        JsonObject nodes = api.get(two(), "/nodes");
        assertThat(nodes.getJsonArray("nodes")).hasSize(2);
        String owner = api.get(one(), paper + "/owner").getString("node");
        String other = owner.equals(one().nodeId()) ? two().nodeId() : one().nodeId();
        api.json(two(), HttpMethod.POST, paper + "/hand-off", new JsonObject().put("node", other), 202);
        eventually(() -> {
            HttpResponse<Buffer> now = api.call(one(), HttpMethod.GET, paper + "/owner", null, null);
            return now.statusCode() == 200
                    && now.bodyAsJsonObject().getString("node").equals(other);
        });
        assertThat(api.get(one(), "/nodes/" + other + "/documents").getInteger("count"))
                .isPositive();
        api.json(one(), HttpMethod.POST, paper + "/release", null, 204);
        api.json(one(), HttpMethod.POST, "/revocations", new JsonObject().put("token", "lost"), 204);
        JsonArray listed = api.get(two(), "/documents?prefix=pap").getJsonArray("documents");
        assertThat(listed.getJsonObject(0).getString("id")).isEqualTo("paper");
    }

    @Test
    void whoIsRevokedIsRefusedByEveryNode() {
        ApiClient leaver = new ApiClient(two().vertx(), two(), LEAVER);
        assertThat(leaver.status(two(), "/nodes")).isEqualTo(200);
        api.json(one(), HttpMethod.POST, "/revocations", new JsonObject().put("subject", "leaver"), 204);
        assertThat(leaver.status(one(), "/nodes")).isEqualTo(401);
        eventually(() -> leaver.status(two(), "/nodes") == 401);
        assertThat(api.status(two(), "/nodes")).isEqualTo(200);
        JsonObject both = new JsonObject().put("subject", "a").put("token", "b");
        for (JsonObject wrong : List.of(new JsonObject(), both, new JsonObject().put("subject", ""))) {
            api.json(one(), HttpMethod.POST, "/revocations", wrong, 400);
        }
    }

    @Test
    void anEditIsAllOrNothing() {
        api.json(one(), HttpMethod.PUT, "/documents/whole", null, 201);
        JsonObject problem = api.json(
                one(),
                HttpMethod.POST,
                "/documents/whole/edits",
                edit(op("text.set", "text", "text", "kept?"), op("list.set", "list", "index", 3, "value", 1)),
                422);
        assertThat(problem.getString("code")).isEqualTo("invalid-edit");
        assertThat(problem.getString("detail")).startsWith("Operation 1: index is 3");
        assertThat(api.get(two(), "/documents/whole").getJsonObject("values")).isEmpty();
    }

    @Test
    void whatABackendWritesKeepsToTheTypesOfTheApplication() {
        String path = "/documents/typed";
        api.json(one(), HttpMethod.PUT, path, null, 201);
        api.post(
                one(),
                path + "/edits",
                edit(
                        op(
                                "list.insert",
                                "sizes",
                                "type",
                                "CRDTListHandler<double>",
                                "index",
                                0,
                                "values",
                                new JsonArray().add(1)),
                        op("set.add", "who", "type", "CRDTORSetHandler<String>", "value", "ann"),
                        op("register.set", "state", "value", "open")));
        JsonObject values = api.get(two(), path).getJsonObject("values");
        assertThat(values.getJsonArray("sizes").getValue(0)).isEqualTo(1.0);
        assertThat(values.getJsonArray("who")).containsExactly("ann");
        api.json(one(), HttpMethod.POST, path + "/edits", edit(op("set.add", "who", "value", 1)), 422);
        api.json(one(), HttpMethod.POST, path + "/edits", edit(op("text.set", "state", "text", "no text")), 422);
    }

    @Test
    void nobodyDoesWhatWasNotGranted() {
        WebClient http = WebClient.create(one().vertx());
        HttpResponse<Buffer> nameless =
                await(http.get(one().httpPort(), "127.0.0.1", "/api/v1/nodes").send());
        assertThat(nameless.statusCode()).isEqualTo(401);
        assertThat(nameless.getHeader("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(nameless.getHeader("Content-Type")).isEqualTo("application/problem+json");

        ApiClient reader = new ApiClient(one().vertx(), one(), READER);
        api.json(one(), HttpMethod.PUT, "/documents/public-page", null, 201);
        api.json(one(), HttpMethod.PUT, "/documents/private-page", null, 201);
        reader.json(one(), HttpMethod.GET, "/documents/public-page", null, 200);
        reader.json(one(), HttpMethod.GET, "/documents/private-page", null, 403);
        reader.json(one(), HttpMethod.GET, "/nodes", null, 403);
        reader.json(
                one(),
                HttpMethod.POST,
                "/documents/public-page/edits",
                edit(op("text.set", "text", "text", "mine")),
                403);
    }

    @Test
    void whatMakesNoSenseIsToldClearly() {
        assertThat(api.json(one(), HttpMethod.GET, "/documents/never-made", null, 404)
                        .getString("code"))
                .isEqualTo("document-not-found");
        api.json(one(), HttpMethod.GET, "/documents/never-made/owner", null, 404);
        assertThat(api.json(one(), HttpMethod.GET, "/documents/x/changes?since=nonsense!", null, 400)
                        .getString("detail"))
                .contains("no version");
        api.json(one(), HttpMethod.GET, "/documents?limit=0", null, 400);
        assertThat(api.json(one(), HttpMethod.PUT, "/documents/a%0Ab", null, 400)
                        .getString("detail"))
                .contains("control characters");
        api.json(one(), HttpMethod.POST, "/documents/x/edits", new JsonObject(), 400);
        HttpResponse<Buffer> tooLarge = api.call(
                one(),
                HttpMethod.POST,
                "/documents/x/import",
                Buffer.buffer(new byte[BODY_BYTES_MAX + 1]),
                "application/octet-stream");
        assertThat(tooLarge.statusCode()).isEqualTo(413);
    }
}
