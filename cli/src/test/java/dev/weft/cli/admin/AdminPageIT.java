package dev.weft.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.client.connection.Timing;
import dev.weft.cluster.ClusterOptions;
import dev.weft.cluster.Network;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
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
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.http.HttpOptions;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import dev.weft.testkit.FreePorts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page for operators in a real browser, over three nodes with clients. The tests share the cluster and change it, so they run
 * in order. {@code -Dweft.screenshots=docs/images} writes the pictures of the README.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AdminPageIT {
    private static final int NODES = 3;
    private static final String TOKEN = "a-token-of-the-test";
    private static final String SCREENSHOTS = System.getProperty("weft.screenshots", "");
    private static final long PATIENCE_SECONDS = Long.getLong("patience", 120);
    private static final List<String> DOCUMENTS =
            List.of("minutes-of-tuesday", "paper", "roadmap", "shopping-list", "translation/de", "translation/it");

    private static final DocumentKey CORRUPT = DocumentKey.aware("corrupt");

    private static final List<Server> nodes = new ArrayList<>();
    private static final List<SyncClient> clients = new ArrayList<>();
    private static final List<Long> typing = new ArrayList<>();
    private static Vertx vertx;
    private static DocumentStore store;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void start() throws IOException {
        vertx = Vertx.vertx();
        int[] ports =
                FreePorts.inARow(2 * NODES).stream().mapToInt(Integer::intValue).toArray();
        InMemoryDocumentStore.Contents contents = new InMemoryDocumentStore.Contents();
        store = InMemoryDocumentStore.over(contents);
        await(store.open());
        await(store.append(CORRUPT, await(store.claim(CORRUPT, true)), 1, List.of("no change".getBytes())));
        for (int i = 0; i < NODES; i++) {
            ClusterOptions cluster = ClusterOptions.builder()
                    .clusterName("admin-" + ports[0])
                    .nodeName("node-" + (i + 1))
                    .members("127.0.0.1:" + ports[0], "127.0.0.1:" + ports[1], "127.0.0.1:" + ports[2])
                    .network(Network.loopback().withPorts(ports[i], ports[NODES + i]))
                    .build();
            nodes.add(await(Server.start(
                    ServerOptions.DEFAULT
                            .withGateway(
                                    GatewayOptions.DEFAULT.withHost("127.0.0.1").withPort(0))
                            .withOperation(OperationOptions.DEFAULT.withHttp(HttpOptions.DEFAULT.withApi(operators())))
                            .withCluster(cluster),
                    InMemoryDocumentStore.over(contents))));
        }
        for (int i = 0; i < 4 * DOCUMENTS.size(); i++) {
            join(DOCUMENTS.get(i % DOCUMENTS.size()), i % NODES);
        }
    }

    private static AuthOptions operators() {
        Grant everything = new Grant(DocumentPattern.ALL, Access.WRITE);
        return AuthOptions.of(new StaticTokenAuthenticator(
                Map.of(TOKEN, new Identity("operator", null, 0, Identity.NEVER, List.of(everything), Peers.ANY))));
    }

    private static void join(String documentId, int node) {
        Document document =
                new Document(DocumentOptions.builder().documentId(documentId).build());
        FugueTextHandler text = new FugueTextHandler(document, "text");
        List<String> endpoints = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            endpoints.add("ws://127.0.0.1:" + nodes.get((node + i) % NODES).port());
        }
        SyncClient client = SyncClient.create(
                vertx,
                document,
                ClientOptions.builder(documentId)
                        .endpoints(endpoints.toArray(String[]::new))
                        .timing(Timing.DEFAULT.withConnectTimeout(60_000).withHandshakeTimeout(60_000))
                        .build());
        clients.add(client);
        assertThat(await(client.connect())).isTrue();
        typing.add(vertx.setPeriodic(
                200, tick -> client.edit(edited -> text.insert(0, "x")).durable()));
    }

    @AfterAll
    static void stop() {
        typing.forEach(vertx::cancelTimer);
        clients.forEach(client -> await(client.close()));
        nodes.forEach(node -> await(node.stop()));
        await(vertx.close());
    }

    @Test
    @Order(1)
    void asksForTheTokenAndThenShowsEveryNode() throws IOException {
        try (Browser browser = Browser.start(folder.resolve("first"))) {
            browser.resize(1200, 800, false);
            signIn(browser);
            browser.awaitTrue("document.querySelectorAll('.card').length === " + NODES);
            browser.awaitTrue(
                    "document.getElementById('summary').textContent.includes('" + clients.size() + " clients')");
            // Rates need two answers.
            browser.awaitTrue(
                    "[...document.querySelectorAll('dd')].some(each => /^[1-9][0-9]*\\/s$/.test(each.textContent))");
            press(browser, 0, "Documents");
            browser.awaitTrue("document.querySelectorAll('#detail-rows tr').length > 0");
            save(browser, "admin.png");

            browser.resize(390, 844, true);
            browser.evaluate("scrollTo(0, 0)");
            browser.awaitTrue("document.documentElement.scrollWidth <= innerWidth");
            save(browser, "admin-phone.png");
            browser.resize(320, 640, true);
            browser.awaitTrue(
                    "[...document.querySelectorAll('.card')].every(card => card.scrollWidth <= card.clientWidth"
                            + " && [...card.querySelectorAll('dd')].every(each =>"
                            + " each.getBoundingClientRect().right <= card.getBoundingClientRect().right - 8))");
            assertThat(withoutTheRefusal(browser)).isEmpty();
        }
    }

    /** What could not be read is shown as put aside; once it was repaired, pressing the button has it tried again at once. */
    @Test
    @Order(2)
    void releasesADocumentFromQuarantine() throws IOException {
        assertThat(await(nodes.get(0).open().open(CORRUPT.id()).map("opened").otherwise("refused")))
                .isEqualTo("refused");
        Server aside = nodes.stream()
                .filter(node -> node.documents().quarantinedCount() == 1)
                .findFirst()
                .orElseThrow();
        await(store.delete(CORRUPT, await(store.claim(CORRUPT, false))));
        try (Browser browser = Browser.start(folder.resolve("quarantine"))) {
            signIn(browser);
            press(browser, nodes.indexOf(aside), "Documents");
            browser.awaitTrue(row(CORRUPT) + "?.textContent.includes('quarantined')");
            browser.evaluate("[..." + row(CORRUPT)
                    + ".querySelectorAll('button')].find(each => each.textContent === 'Try again').click()");
            eventually(() -> aside.documents().quarantinedCount() == 0);
            browser.awaitTrue("!" + row(CORRUPT) + "?.textContent.includes('quarantined')");
            assertThat(withoutTheRefusal(browser)).isEmpty();
        }
    }

    @Test
    @Order(3)
    void movesADocumentAndThenEmptiesItsNode() throws IOException {
        DocumentKey moved = DocumentKey.aware(DOCUMENTS.get(0));
        Server owner = ownerOf(moved);
        Server other = nodes.stream().filter(node -> node != owner).findFirst().orElseThrow();
        try (Browser browser = Browser.start(folder.resolve("second"))) {
            signIn(browser);
            browser.awaitTrue("document.querySelectorAll('.card').length === " + NODES);
            press(browser, nodes.indexOf(owner), "Documents");
            browser.awaitTrue(row(moved) + " && " + row(moved) + ".querySelector('select:enabled')");
            browser.evaluate("(() => { const choice = " + row(moved) + ".querySelector('select'); choice.value = '"
                    + other.nodeId() + "'; choice.dispatchEvent(new Event('change')); })()");
            eventually(() -> other.documents().isHosted(moved));
            browser.awaitTrue("!" + row(moved));

            press(browser, nodes.indexOf(other), "Documents");
            browser.awaitTrue(row(moved));
            browser.evaluate(row(moved) + ".querySelector('button').click()");
            browser.awaitTrue("document.getElementById('detail-rows').textContent.includes('anonymous')");

            press(browser, nodes.indexOf(owner), "Empty this node");
            browser.awaitTrue(cardOf(owner) + ".textContent.includes('empty: it can be stopped')");
            eventually(() -> owner.documents().hostedCount() == 0);
            // Its clients are with the others, and go on.
            eventually(() -> clients.stream()
                    .allMatch(client -> client.status() == dev.weft.client.event.ConnectionStatus.CONNECTED));
            assertThat(withoutTheRefusal(browser)).isEmpty();
        }
    }

    @Test
    @Order(4)
    void whoHasNoTokenGetsFilesAndNothingElse() throws Exception {
        assertThat(status("/admin/")).isEqualTo(200);
        assertThat(status("/admin")).isEqualTo(302);
        assertThat(status("/api/v1/nodes")).isEqualTo(401);
        assertThat(status("/api/v1/nodes", "Authorization", "Bearer wrong")).isEqualTo(401);
        assertThat(status("/api/v1/nodes", "Authorization", "Bearer " + TOKEN)).isEqualTo(200);
    }

    private static int status(String path, String... headers) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + nodes.get(0).httpPort() + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static void signIn(Browser browser) {
        browser.open("http://127.0.0.1:" + nodes.get(0).httpPort() + "/");
        browser.awaitTrue("!document.getElementById('login').hidden");
        browser.awaitTrue("document.getElementById('summary').textContent === ''");
        browser.evaluate("(() => { document.getElementById('token').value = '" + TOKEN
                + "'; document.querySelector('#login button').click(); })()");
        browser.awaitTrue("document.getElementById('login').hidden");
    }

    private static void press(Browser browser, int node, String text) {
        String button = "[..." + cardOf(nodes.get(node))
                + ".querySelectorAll('button')].find(each => each.textContent === '" + text + "')";
        browser.awaitTrue("(" + button + ")?.disabled === false");
        browser.evaluate(button + ".click()");
    }

    private static String cardOf(Server node) {
        return "document.querySelector('[data-node=\"" + node.nodeId() + "\"]')";
    }

    private static String row(DocumentKey key) {
        return "[...document.querySelectorAll('#detail-rows tr')].find(each => each.cells[0].textContent === '"
                + key.id() + "')";
    }

    /** What the page does before it has the token is answered 401, which the console calls an error. */
    private static List<String> withoutTheRefusal(Browser browser) {
        return browser.failures().stream()
                .filter(failure -> !failure.contains("401"))
                .toList();
    }

    private static void save(Browser browser, String name) throws IOException {
        assertThat(browser.screenshot()).hasSizeGreaterThan(5_000);
        if (!SCREENSHOTS.isEmpty()) {
            browser.saveScreenshot(Path.of(SCREENSHOTS).resolve(name));
        }
    }

    private static Server ownerOf(DocumentKey key) {
        eventually(() -> nodes.stream().anyMatch(node -> node.documents().isHosted(key)));
        return nodes.stream()
                .filter(node -> node.documents().isHosted(key))
                .findFirst()
                .orElseThrow();
    }

    private static void eventually(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("within " + PATIENCE_SECONDS + " s")
                    .isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
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
