package dev.weft.server.http;

import static dev.weft.server.http.ApiClient.edit;
import static dev.weft.server.http.ApiClient.op;
import static dev.weft.server.kit.RawClient.await;
import static dev.weft.server.kit.TestCluster.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.list.FugueListHandler;
import dev.weft.crdt.handler.reference.ListRefHandler;
import dev.weft.crdt.handler.reference.MapRefHandler;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.OperationOptions;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.auth.Access;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.DocumentPattern;
import dev.weft.server.auth.Grant;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.Peers;
import dev.weft.server.auth.StaticTokenAuthenticator;
import dev.weft.server.document.host.HistoryHorizon;
import dev.weft.server.embed.OpenDocument;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestNode;
import dev.weft.server.observe.MeteredDocumentStore;
import dev.weft.server.observe.ServerMetrics;
import dev.weft.server.observe.SlowLimits;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.registry.OwnershipTiming;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import dev.weft.server.storage.StoreUnavailableException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.openapi.contract.Operation;
import java.math.BigInteger;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the interface of one node says: every refusal that is described, every operation of an edit, every kind of value. */
class HttpApiAnswersIT {
    private static final String ADMIN = "token-of-an-operator";
    private static final String GUEST = "token-of-a-guest-only";
    private static final int BODY_BYTES_MAX = 4_000_000;
    private static final DocumentKey COMPRESSED = DocumentKey.aware("compressed");
    private static final DocumentKey CORRUPT = DocumentKey.aware("corrupt");
    private static final HistoryHorizon A_MOMENT = new HistoryHorizon(1, 4);

    private static final InMemoryDocumentStore.Contents contents = new InMemoryDocumentStore.Contents();
    private static final List<Change> typed = new Author(1).types("0123456789");
    private static volatile boolean isStoreDown;
    private static TestNode node;
    private static ApiClient api;

    @BeforeAll
    static void start() {
        DocumentStore store = InMemoryDocumentStore.over(contents);
        await(store.open());
        put(store, COMPRESSED, 1, typed.stream().map(Change::encoded).toList());
        put(store, CORRUPT, 1, List.of("this is no change".getBytes()));
        // The first node sees how old the history is, the second replaces it.
        try (TestNode before = TestNode.start(store, options -> options.history(A_MOMENT))) {
            await(await(before.server().open().open(COMPRESSED.id())).close());
        }
        Grant everything = new Grant(DocumentPattern.ALL, Access.WRITE);
        Grant little = new Grant(DocumentPattern.of("public-*"), Access.READ);
        AuthOptions auth = AuthOptions.of(
                new StaticTokenAuthenticator(Map.of(ADMIN, identity(everything), GUEST, identity(little))));
        node = TestNode.start(
                new FailingStore(InMemoryDocumentStore.over(contents)), options -> configure(options, auth));
        api = new ApiClient(server().vertx(), server(), ADMIN);
    }

    private static void configure(ServerOptions.Builder options, AuthOptions auth) {
        OwnershipTiming timing = OwnershipTiming.defaults();
        options.history(A_MOMENT)
                .operation(OperationOptions.DEFAULT.withHttp(
                        HttpOptions.DEFAULT.withBodyBytesMax(BODY_BYTES_MAX).withApi(auth)))
                // Longer than any test: who gets a quarantined document had it released.
                .ownership(timing.withQuarantineMillis(timing.quarantineMaxMillis()));
    }

    private static void put(DocumentStore store, DocumentKey key, long position, List<byte[]> entries) {
        long epoch = await(store.claim(key, true));
        await(store.append(key, epoch, position, entries));
    }

    private static Identity identity(Grant grant) {
        return new Identity("somebody", null, 0, Identity.NEVER, List.of(grant), Peers.ANY);
    }

    /** Lists nothing while it is down. */
    private static final class FailingStore extends MeteredDocumentStore {
        FailingStore(DocumentStore store) {
            super(store, new ServerMetrics(new SimpleMeterRegistry(), SlowLimits.DEFAULT));
        }

        @Override
        public Future<List<DocumentInfo>> list(DocumentKind kind, String prefix, String after, int limit) {
            return isStoreDown
                    ? Future.failedFuture(new StoreUnavailableException("the test took it away", null))
                    : super.list(kind, prefix, after, limit);
        }
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Server server() {
        return node.server();
    }

    private static JsonObject refused(HttpMethod method, String path, JsonObject body, int status, String code) {
        JsonObject problem = api.json(server(), method, path, body, status);
        assertThat(problem.getString("code")).as(path).isEqualTo(code);
        assertThat(problem.getInteger("status")).isEqualTo(status);
        return problem;
    }

    private static void notThere(String... paths) {
        for (String path : paths) {
            refused(HttpMethod.GET, "/documents/never" + path, null, 404, "document-not-found");
        }
    }

    private static void badRequest(String... paths) {
        for (String path : paths) {
            refused(HttpMethod.GET, path, null, 400, "bad-request");
        }
    }

    private static JsonArray array(Object... values) {
        return new JsonArray(List.of(values));
    }

    private static void create(String id) {
        api.json(server(), HttpMethod.PUT, "/documents/" + id, null, 201);
    }

    private static String edited(String id, JsonObject... operations) {
        return api.post(server(), "/documents/" + id + "/edits", edit(operations))
                .getString("version");
    }

    private static JsonObject values(String id) {
        return api.get(server(), "/documents/" + id).getJsonObject("values");
    }

    /** No more and no fewer: whoever programs against the description meets what it says. */
    @Test
    void everyRefusalThatIsDescribedHappens() {
        nobodyAndGuests();
        create("there");
        String version = edited("there", op("text.set", "text", "text", "Hello"));
        notThere("", "/snapshot", "/changes", "/export", "/presence", "/versions", "/versions/" + version);
        badRequest("/documents?limit=0", "/documents?kind=other", "/documents/there/changes?since=nonsense!");
        badRequest("/documents/there/sessions?kind=other", "/documents/there/owner?kind=other");
        badRequest("/documents/there/versions?limit=ten", "/documents/there/versions/nonsense");
        refused(HttpMethod.PUT, "/documents/a%0Ab", null, 400, "bad-request");
        idsThatNoDocumentHas();
        deletion();
        changes(version);
        compressedHistory();
        cluster();
        assertThat(api.refused()).isEqualTo(api.describedRefusals());
    }

    private void nobodyAndGuests() {
        ApiClient stranger = api.as("no-such-token");
        ApiClient guest = api.as(GUEST);
        for (Operation operation : api.operations()) {
            String path = operation.getOpenAPIPath().replaceAll("\\{\\w+}", "x");
            assertThat(stranger.call(server(), operation.getHttpMethod(), path, null, null)
                            .statusCode())
                    .isEqualTo(401);
            assertThat(guest.call(server(), operation.getHttpMethod(), path, null, null)
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    /** They are not given to stores, which could only fail, as often as they are asked for. */
    private void idsThatNoDocumentHas() {
        for (String id : List.of("%00", "x".repeat(DocumentKey.ID_BYTES_MAX + 1))) {
            String path = "/documents/" + id;
            badRequest(path, path + "/snapshot", path + "/export", path + "/presence", path + "/owner");
            refused(HttpMethod.PUT, path, null, 400, "bad-request");
            assertThatThrownBy(() -> await(server().open().openOrCreate(URLDecoder.decode(id, UTF_8))))
                    .rootCause()
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(api.get(server(), "/nodes")
                        .getJsonArray("nodes")
                        .getJsonObject(0)
                        .getInteger("quarantined"))
                .isZero();
    }

    private void deletion() {
        refused(HttpMethod.DELETE, "/documents/there?kind=other", null, 400, "bad-request");
        refused(HttpMethod.DELETE, "/documents/never", null, 404, "document-not-found");
        try (RawClient client = node.connect()) {
            client.handshake("there", new Author(2));
            refused(HttpMethod.DELETE, "/documents/there", null, 409, "conflict");
        }
    }

    private void changes(String version) {
        JsonObject something = edit(op("text.set", "text", "text", "mine"));
        refused(HttpMethod.POST, "/documents/there/edits", new JsonObject(), 400, "bad-request");
        refused(HttpMethod.POST, "/documents/never/edits", something, 404, "document-not-found");
        JsonObject huge = edit(op("text.set", "text", "text", "x".repeat(BODY_BYTES_MAX)));
        refused(HttpMethod.POST, "/documents/there/edits", huge, 413, "too-large");
        JsonObject verbose = edit(op("text.set", "text", "text", "x".repeat(400_000)));
        assertThat(refused(HttpMethod.POST, "/documents/there/edits", verbose, 413, "too-large")
                        .getString("detail"))
                .contains("in several");
        JsonObject wrong = edit(op("text.splice", "text", "index", 3, "count", 9, "text", ""));
        assertThat(refused(HttpMethod.POST, "/documents/there/edits", wrong, 422, "invalid-edit")
                        .getString("detail"))
                .isEqualTo("Operation 0: count is 9, outside of 0 to 2");
        for (int size : List.of(0, BODY_BYTES_MAX + 1)) {
            HttpResponse<Buffer> answer = api.call(
                    server(),
                    HttpMethod.POST,
                    "/documents/there/import",
                    Buffer.buffer(new byte[size]),
                    "application/octet-stream");
            assertThat(answer.statusCode()).isEqualTo(size == 0 ? 400 : 413);
        }
        refused(HttpMethod.POST, "/documents/there/restore", new JsonObject(), 400, "bad-request");
        JsonObject known = new JsonObject().put("version", version);
        refused(HttpMethod.POST, "/documents/never/restore", known, 404, "document-not-found");
    }

    /** Whoever asks for what was compressed is told, rather than given a part that cannot be applied. */
    private void compressedHistory() {
        String path = "/documents/" + COMPRESSED.id();
        String early = ApiCall.encodeVersion(
                VersionVector.EMPTY.toBuilder().update(typed.get(0).id()).build());
        refused(HttpMethod.GET, path + "/changes", null, 410, "gone");
        refused(HttpMethod.GET, path + "/changes?since=" + early, null, 410, "gone");
        refused(HttpMethod.GET, path + "/export", null, 410, "gone");
        refused(HttpMethod.GET, path + "/versions/" + early, null, 410, "gone");
        refused(HttpMethod.POST, path + "/restore", new JsonObject().put("version", early), 410, "gone");
        assertThat(values(COMPRESSED.id())).isEqualTo(new JsonObject().put("text", "0123456789"));
        String now = api.get(server(), path).getString("version");
        assertThat(api.get(server(), path + "/changes?since=" + now).getBoolean("complete"))
                .isTrue();
        assertThat(api.call(server(), HttpMethod.GET, path + "/snapshot", null, null)
                        .getHeader("Weft-Version"))
                .isEqualTo(now);
    }

    private void cluster() {
        JsonObject nowhere = new JsonObject().put("node", "nobody");
        refused(HttpMethod.GET, "/documents/never/owner", null, 404, "not-found");
        refused(HttpMethod.POST, "/documents/there/hand-off", new JsonObject(), 400, "bad-request");
        refused(HttpMethod.POST, "/documents/there/hand-off", nowhere, 404, "not-found");
        refused(HttpMethod.POST, "/documents/there/release?kind=other", null, 400, "bad-request");
        refused(HttpMethod.GET, "/nodes/nobody/documents", null, 404, "not-found");
        refused(HttpMethod.POST, "/nodes/nobody/drain", null, 404, "not-found");
        refused(HttpMethod.POST, "/nodes/" + server().nodeId() + "/drain", null, 409, "conflict");
        refused(HttpMethod.POST, "/revocations", new JsonObject(), 400, "bad-request");
    }

    @Test
    void aStoreThatIsDownIsSaidToBeAndWhenToComeAgain() {
        isStoreDown = true;
        try {
            HttpResponse<Buffer> answer = api.call(server(), HttpMethod.GET, "/documents", null, null);
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.getHeader("Retry-After")).isEqualTo("1");
            assertThat(answer.bodyAsJsonObject().getString("code")).isEqualTo("unavailable");
        } finally {
            isStoreDown = false;
        }
    }

    @Test
    void whatDoesNotExistAndWhatCannotBeDoneThereAreToldApart() {
        refusedOutside(HttpMethod.GET, "/nonsense", 404, "not-found");
        refusedOutside(HttpMethod.GET, "/documents?after=%zz", 400, "bad-request");
        refusedOutside(HttpMethod.DELETE, "/nodes", 405, "method-not-allowed");
        refusedOutside(HttpMethod.POST, "/documents/x/owner", 405, "method-not-allowed");
    }

    @Test
    void aBodyIsWhatTheOperationTakesItForWhateverItIsCalled() {
        create("from-curl");
        String form = "application/x-www-form-urlencoded";
        String text = "a=b&c".repeat(600);
        HttpResponse<Buffer> edited = api.call(
                server(),
                HttpMethod.POST,
                "/documents/from-curl/edits",
                edit(op("text.set", "text", "text", text)).toBuffer(),
                form);
        assertThat(edited.statusCode()).as(edited.bodyAsString()).isEqualTo(200);
        Buffer export = api.call(server(), HttpMethod.GET, "/documents/from-curl/export", null, null)
                .body();
        HttpResponse<Buffer> imported =
                api.call(server(), HttpMethod.POST, "/documents/from-curl-too/import", export, form);
        assertThat(imported.statusCode()).as(imported.bodyAsString()).isEqualTo(200);
    }

    /** Many more changes than travel in one message. */
    @Test
    void aLongDocumentIsImportedAndRestoredAsAWhole() {
        create("long");
        String text = "0123456789".repeat(10_000);
        String version = edited("long", op("text.set", "text", "text", text));
        Buffer export = api.call(server(), HttpMethod.GET, "/documents/long/export", null, null)
                .body();
        assertThat(export.length()).isGreaterThan(2_000_000);
        HttpResponse<Buffer> imported =
                api.call(server(), HttpMethod.POST, "/documents/long-too/import", export, "application/octet-stream");
        assertThat(imported.bodyAsJsonObject().getString("version")).isEqualTo(version);
        edited("long", op("text.set", "text", "text", ""));
        api.post(server(), "/documents/long/restore", new JsonObject().put("version", version));
        for (String id : List.of("long", "long-too")) {
            assertThat(values(id).getString("text")).isEqualTo(text);
        }
    }

    @Test
    void aValueThatDoesNotFitIsNamedInWordsOfTheInterface() {
        create("misfits");
        edited("misfits", op("map.set", "map", "key", "a", "value", 1));
        for (Object key : new Object[] {7, null}) {
            JsonObject wrong = edit(op("map.set", "map", "key", key, "value", 1));
            assertThat(refused(HttpMethod.POST, "/documents/misfits/edits", wrong, 422, "invalid-edit")
                            .getString("detail"))
                    .isEqualTo("Operation 0: the keys of 'map' are texts");
        }
        JsonObject wrong = edit(op("map.set", "map", "key", "b", "value", BigInteger.TWO.pow(70)));
        assertThat(refused(HttpMethod.POST, "/documents/misfits/edits", wrong, 422, "invalid-edit")
                        .getString("detail"))
                .isEqualTo("Operation 0: a whole number does not fit into 64 bits");
    }

    private static void refusedOutside(HttpMethod method, String path, int status, String code) {
        HttpResponse<Buffer> answer = api.undescribed(server(), method, path);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.bodyAsJsonObject().getString("code")).isEqualTo(code);
        if (status == 405) {
            assertThat(answer.getHeader("Allow")).isEqualTo("GET");
        }
    }

    @Test
    void documentsAreListedPageByPage() {
        for (int i = 5; i > 0; i--) {
            create("page-" + i);
        }
        List<String> seen = new ArrayList<>();
        String after = "";
        int pages = 0;
        while (after != null) {
            JsonObject page = api.get(server(), "/documents?prefix=page-&limit=2&after=" + after);
            page.getJsonArray("documents").forEach(each -> seen.add(((JsonObject) each).getString("id")));
            after = page.getString("next");
            pages++;
        }
        assertThat(seen).containsExactly("page-1", "page-2", "page-3", "page-4", "page-5");
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void roomsCanBeListedWatchedAndDeleted() {
        try (RawClient client = node.connect()) {
            client.hello("room");
            JsonArray rooms = api.get(server(), "/documents?kind=relay").getJsonArray("documents");
            assertThat(rooms).hasSize(1);
            assertThat(rooms.getJsonObject(0).getString("id")).isEqualTo("room");
            assertThat(api.get(server(), "/documents/room/sessions?kind=relay").getJsonArray("sessions"))
                    .hasSize(1);
            assertThat(api.get(server(), "/documents/room/owner?kind=relay").getString("node"))
                    .isEqualTo(server().nodeId());
            refused(HttpMethod.DELETE, "/documents/room?kind=relay", null, 409, "conflict");
        }
        eventually(() -> api.call(server(), HttpMethod.DELETE, "/documents/room?kind=relay", null, null)
                        .statusCode()
                == 204);
        assertThat(api.get(server(), "/documents?kind=relay").getJsonArray("documents"))
                .isEmpty();
    }

    @Test
    void everyOperationOfAnEditDoesWhatItSays() {
        create("all");
        edited(
                "all",
                op("text.insert", "text", "index", 0, "text", "Hello world"),
                op("text.delete", "text", "index", 5, "count", 6),
                op("text.splice", "text", "index", 0, "count", 1, "text", "J"),
                op("text.set", "plain", "type", "CRDTTextHandler", "text", "as it was"),
                op("text.set", "plain", "text", "as it is"),
                op("list.insert", "list", "index", 0, "values", array("a", "b", "c")),
                op("list.set", "list", "index", 1, "value", "B"),
                op("list.delete", "list", "index", 2, "count", 1),
                op("list.insert", "old", "type", "CRDTListHandler<int>", "index", 0, "values", array(3, 4)),
                op(
                        "list.insert",
                        "order",
                        "type",
                        "CRDTFugueMovableListHandler<String>",
                        "index",
                        0,
                        "values",
                        array("x", "y", "z")),
                op("list.move", "order", "from", 0, "to", 2),
                op("map.set", "map", "key", "kept", "value", new JsonObject().put("deep", array(1, true))),
                op("map.set", "map", "key", "removed", "value", 1),
                op("map.remove", "map", "key", "removed"),
                op("map.set", "or", "type", "CRDTORMapHandler<int, String>", "key", 7, "value", "seven"),
                op("set.add", "set", "value", "one"),
                op("set.add", "set", "value", "two"),
                op("set.remove", "set", "value", "one"),
                op("register.set", "register", "value", "first"),
                op("register.set", "register", "value", "last"));
        JsonObject said = new JsonObject()
                .put("text", "Jello")
                .put("plain", "as it is")
                .put("list", array("a", "B"))
                .put("old", array(3, 4))
                .put("order", array("y", "z", "x"))
                .put("map", new JsonObject().put("kept", new JsonObject().put("deep", array(1, true))))
                .put("or", new JsonObject().put("7", "seven"))
                .put("set", array("two"))
                .put("register", "last");
        assertThat(values("all")).isEqualTo(said);
        String then = api.get(server(), "/documents/all").getString("version");
        edited(
                "all",
                op("text.set", "text", "text", ""),
                op("text.set", "plain", "text", "else"),
                op("list.insert", "list", "index", 0, "values", array("new")),
                op("list.delete", "old", "index", 0, "count", 2),
                op("list.move", "order", "from", 2, "to", 0),
                op("map.remove", "map", "key", "kept"),
                op("map.remove", "or", "key", 7),
                op("set.add", "set", "value", "three"),
                op("register.set", "register", "value", "other"),
                op("text.set", "later", "text", "not there then"));
        assertThat(api.get(server(), "/documents/all/versions/" + then).getJsonObject("values"))
                .isEqualTo(said);
        api.post(server(), "/documents/all/restore", new JsonObject().put("version", then));
        assertThat(values("all")).isEqualTo(said.put("later", ""));
    }

    /** An integer is an {@code int} to Dart and what has a point a {@code double}, and neither reads the other. */
    @Test
    void numbersStayWhatTheyAre() {
        create("numbers");
        edited(
                "numbers",
                op("list.insert", "any", "index", 0, "values", array(1, 1.0, -0.5, Long.MAX_VALUE, 1e21)),
                op("register.set", "whole", "type", "CRDTRegisterHandler<int>", "value", 1),
                op("register.set", "fraction", "type", "CRDTRegisterHandler<double>", "value", 1),
                op("list.insert", "num", "type", "CRDTFugueListHandler<num>", "index", 0, "values", array(2, 2.0)),
                op("map.set", "prices", "type", "CRDTMapHandler<double?>", "key", "tea", "value", 3));
        String text = api.call(server(), HttpMethod.GET, "/documents/numbers", null, null)
                .bodyAsString();
        assertThat(text)
                .contains("\"any\":[1,1.0,-0.5,9223372036854775807,1.0E21]")
                .contains("\"whole\":1,", "\"fraction\":1.0", "\"num\":[2,2.0]", "\"prices\":{\"tea\":3.0}");
        JsonObject halves = edit(op("register.set", "whole", "value", 1.0));
        assertThat(refused(HttpMethod.POST, "/documents/numbers/edits", halves, 422, "invalid-edit")
                        .getString("detail"))
                .isEqualTo("Operation 0: 1.0 is no int");
        // Beyond 64 bits neither side has an integer.
        HttpResponse<Buffer> tooLarge = api.call(
                server(),
                HttpMethod.POST,
                "/documents/numbers/edits",
                Buffer.buffer(
                        "{\"operations\":[{\"op\":\"register.set\",\"handler\":\"large\",\"value\":9223372036854775808}]}"),
                "application/json");
        assertThat(tooLarge.statusCode()).isEqualTo(422);
    }

    @Test
    void referencesAreFollowedHoweverDeepAndACycleEnds() {
        OpenDocument outline = await(server().open().openOrCreate("outline"));
        await(outline.edit(document -> {
            MapRefHandler root = new MapRefHandler(document, "root");
            ListRefHandler chapters = new ListRefHandler(document, "chapters");
            MapRefHandler chapter = new MapRefHandler(document, "chapter-1");
            FugueTextHandler text = new FugueTextHandler(document, "text-1");
            FugueListHandler<String> tags = new FugueListHandler<>(document, "tags-1", DartType.STRING);
            text.insert(0, "Once upon a time");
            tags.insert(0, "tale");
            chapter.setRef("text", text);
            chapter.setRef("tags", tags);
            chapter.setRef("book", root);
            chapters.insertRef(0, chapter);
            root.setRef("chapters", chapters);
            new MapRefHandler(document, "shelf").setRef("book", root);
        }));
        JsonObject chapter = new JsonObject()
                .put("text", "Once upon a time")
                .put("tags", array("tale"))
                .putNull("book");
        JsonObject shelf = new JsonObject().put("book", new JsonObject().put("chapters", array(chapter)));
        JsonObject answer = api.get(server(), "/documents/outline");
        assertThat(answer.getJsonObject("values")).isEqualTo(new JsonObject().put("shelf", shelf));
        assertThat(api.get(server(), "/documents/outline/versions/" + answer.getString("version"))
                        .getJsonObject("values"))
                .isEqualTo(answer.getJsonObject("values"));
        await(outline.close());
    }

    @Test
    void aQuarantinedDocumentIsReleasedByWhomeverRepairedIt() {
        String path = "/documents/" + CORRUPT.id();
        refused(HttpMethod.GET, path, null, 503, "unavailable");
        JsonArray aside =
                api.get(server(), "/nodes/" + server().nodeId() + "/documents").getJsonArray("documents");
        assertThat(aside.stream().map(each -> (JsonObject) each).filter(each -> each.getString("id")
                        .equals(CORRUPT.id())))
                .singleElement()
                .matches(each -> each.getString("state").equals("quarantined"));
        assertThat(api.get(server(), "/nodes")
                        .getJsonArray("nodes")
                        .getJsonObject(0)
                        .getInteger("quarantined"))
                .isEqualTo(1);
        DocumentStore store = InMemoryDocumentStore.over(contents);
        await(store.open());
        await(store.delete(CORRUPT, await(store.claim(CORRUPT, false))));
        // Positions go on where they were.
        put(store, CORRUPT, 2, typed.stream().map(Change::encoded).toList());
        assertThat(server().documents().quarantinedCount()).isEqualTo(1);
        api.json(server(), HttpMethod.POST, path + "/release", null, 204);
        eventually(() -> api.status(server(), path) == 200);
        assertThat(values(CORRUPT.id())).isEqualTo(new JsonObject().put("text", "0123456789"));
    }
}
