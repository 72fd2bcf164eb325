package dev.weft.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.client.connection.Backoff;
import dev.weft.client.connection.Timing;
import dev.weft.client.connection.TokenSource;
import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ConnectionStatus;
import dev.weft.client.event.ProblemKind;
import dev.weft.client.plugin.ClientPlugin;
import dev.weft.client.sync.Bounds;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.PfxOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies between the client and a server: sockets, TLS, tokens, compression, several endpoints, slow peers. */
class ClientTransportIT {
    private static final String DOC = "doc-1";
    private static final String KEY_PASSWORD = "changeit";

    private final Vertx vertx = Vertx.vertx();
    private final List<SyncClient> clients = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void stop() throws Exception {
        for (SyncClient client : clients) {
            Waiting.get(client.close());
        }
        Waiting.get(vertx.close());
    }

    private StubServer reference() throws Exception {
        return reference(new StubServer(vertx, Compressor.IDENTITY, new HttpServerOptions()));
    }

    private static StubServer reference(StubServer server) throws Exception {
        server.serve(new ReferenceServer(DOC, server::send));
        server.listen(0);
        return server;
    }

    private SyncClient client(Document document, ClientOptions options) {
        SyncClient client = SyncClient.create(vertx, document, options);
        clients.add(client);
        return client;
    }

    private SyncClient client(ClientOptions options) {
        return client(new Document(DocumentOptions.builder().build()), options);
    }

    private static ClientOptions.Builder options(String... endpoints) {
        return ClientOptions.builder(DOC).endpoints(endpoints).backoff(new Backoff.Policy(5, 50, 5, 0));
    }

    private static void insert(SyncClient client, String text) throws Exception {
        Waiting.get(client.edit(document -> new TextHandler(document, "t").insert(0, text))
                .applied());
    }

    @Test
    void sendsAFreshTokenWithEveryConnection() throws Exception {
        StubServer server = reference();
        AtomicInteger issued = new AtomicInteger();
        SyncClient client = client(options(server.url())
                .tokens(
                        () -> Future.succeededFuture("t" + issued.incrementAndGet()),
                        TokenSource.Placement.AUTHORIZATION_HEADER)
                .build());
        Waiting.get(client.connect());
        server.sockets.values().forEach(ServerWebSocket::close);
        Waiting.until("it is back", () -> server.upgrades.size() == 2);
        assertThat(server.upgrades).containsExactly("/sync Bearer t1", "/sync Bearer t2");
    }

    @Test
    void putsTheTokenIntoTheQueryWhereHeadersCannotGo() throws Exception {
        StubServer server = reference();
        SyncClient client = client(options(server.url() + "?room=a%20b")
                .tokens(() -> Future.succeededFuture("a+b&c"), TokenSource.Placement.QUERY_PARAMETER)
                .build());
        assertThat(Waiting.get(client.connect())).isTrue();
        assertThat(server.upgrades).containsExactly("/sync?room=a%20b&token=a%2Bb%26c null");
    }

    @Test
    void aTokenThatCannotBeHadFailsTheAttemptOnly() throws Exception {
        StubServer server = reference();
        Iterator<Supplier<Future<String>>> answers = List.<Supplier<Future<String>>>of(
                        () -> Future.failedFuture("identity provider is down"),
                        () -> {
                            throw new IllegalStateException("identity provider threw");
                        },
                        () -> null,
                        () -> Future.succeededFuture("t"))
                .iterator();
        SyncClient client = client(options(server.url())
                .tokens(() -> answers.next().get(), TokenSource.Placement.AUTHORIZATION_HEADER)
                .build());
        List<String> problems = new CopyOnWriteArrayList<>();
        client.onEvent(event -> {
            if (event instanceof ClientEvent.Problem problem) {
                problems.add(problem.text());
            }
        });
        assertThat(Waiting.get(client.connect())).isFalse();
        Waiting.get(client.connected());
        assertThat(problems)
                .containsExactly(
                        "No token: identity provider is down",
                        "No token: identity provider threw",
                        "No token: the source gave none");
    }

    @Test
    void connectsOverTls() throws Exception {
        Path keys = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        keys.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        KEY_PASSWORD,
                        "-alias",
                        "test",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1")
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        PfxOptions keyStore = new PfxOptions().setPath(keys.toString()).setPassword(KEY_PASSWORD);
        StubServer server = reference(new StubServer(
                vertx, Compressor.IDENTITY, new HttpServerOptions().setSsl(true).setKeyCertOptions(keyStore)));
        String url = "wss://localhost:" + server.port() + "/sync";

        SyncClient trusting = client(options(url)
                .transport(new WebSocketClientOptions().setTrustOptions(keyStore))
                .build());
        assertThat(Waiting.get(trusting.connect())).isTrue();
        SyncClient wary = client(options(url).build());
        List<ClientEvent.Problem> problems = problemsOf(wary);
        assertThat(Waiting.get(wary.connect())).isFalse();
        assertThat(problems)
                .first()
                .extracting(ClientEvent.Problem::text)
                .asString()
                .contains("certification path");
    }

    @Test
    void compressesWithGzip() throws Exception {
        StubServer server = reference(new StubServer(vertx, Compressor.GZIP, new HttpServerOptions()));
        SyncClient client =
                client(options(server.url()).compressor(Compressor.GZIP).build());
        assertThat(Waiting.get(client.connect())).isTrue();
        insert(client, "x".repeat(10_000));
        Waiting.until("the change arrives", () -> !server.received(ChangeMessage.class)
                .isEmpty());
    }

    @Test
    void namesTheCompressorWhenTheTwoSidesDiffer() throws Exception {
        StubServer server = reference(new StubServer(vertx, Compressor.GZIP, new HttpServerOptions()));
        SyncClient client = client(options(server.url())
                .timing(Timing.DEFAULT.withHandshakeTimeout(100))
                .build());
        List<ClientEvent.Problem> problems = problemsOf(client);
        assertThat(Waiting.get(client.connect())).isFalse();
        assertThat(problems).first().satisfies(problem -> {
            assertThat(problem.kind()).isEqualTo(ProblemKind.HANDSHAKE_TIMEOUT);
            assertThat(problem.text()).contains("compressors");
        });
    }

    private static List<ClientEvent.Problem> problemsOf(SyncClient client) {
        List<ClientEvent.Problem> problems = new CopyOnWriteArrayList<>();
        client.onEvent(event -> {
            if (event instanceof ClientEvent.Problem problem) {
                problems.add(problem);
            }
        });
        return problems;
    }

    @Test
    void movesOnToTheNextEndpointWhenOneIsDead() throws Exception {
        StubServer first = reference();
        StubServer second = reference();
        SyncClient client =
                client(options("ws://127.0.0.1:1/", first.url(), second.url()).build());
        assertThat(Waiting.get(client.connect())).isTrue();
        assertThat(first.sockets).hasSize(1);
        Waiting.get(first.close());
        Waiting.until(
                "it is at the second",
                () -> second.sockets.size() == 1 && client.status() == ConnectionStatus.CONNECTED);
    }

    @Test
    void keepsTryingWhileTheServerRefusesUpgrades() throws Exception {
        StubServer server = reference();
        server.refuseWith = 503;
        SyncClient client = client(options(server.url()).build());
        assertThat(Waiting.get(client.connect())).isFalse();
        server.refuseWith = 0;
        Waiting.get(client.connected());
        assertThat(client.status()).isEqualTo(ConnectionStatus.CONNECTED);
    }

    @Test
    void readsTextMessagesToo() throws Exception {
        StubServer server = new StubServer(vertx, Compressor.IDENTITY, new HttpServerOptions());
        server.listen(0);
        server.onMessage((session, message) -> {
            if (message instanceof HandshakeRequest) {
                server.sockets
                        .get(session)
                        .writeTextMessage("{\"type\":1,\"documentId\":\"doc-1\",\"snapshot\":null,\"changes\":[],"
                                + "\"sessionId\":\"gr\u00fc\u00dfe\",\"versionVector\":\"AA==\"}");
            }
        });
        SyncClient client = client(options(server.url()).build());
        assertThat(Waiting.get(client.connect())).isTrue();
        assertThat(client.sessionId()).isEqualTo("gr\u00fc\u00dfe");
    }

    /** A reader that stops reading: what waits for it stays in the document, not in the memory of the connection. */
    @Test
    void anUploadWaitsForAServerThatDoesNotRead() throws Exception {
        StubServer server = new StubServer(vertx, Compressor.IDENTITY, new HttpServerOptions());
        ReferenceServer model = new ReferenceServer(DOC, server::send);
        server.serve(model);
        server.listen(0);
        Document document = new Document(DocumentOptions.builder().build());
        TextHandler text = new TextHandler(document, "t");
        int changes = 400;
        for (int i = 0; i < changes; i++) {
            text.insert(0, "x".repeat(20_000));
        }
        server.onOpen((session, socket) -> {
            socket.pause();
            // Enough for the handshake; the upload of 10 MB meets a closed door.
            socket.fetch(1);
        });
        SyncClient client = client(
                document,
                options(server.url())
                        .bounds(Bounds.DEFAULT.withFrameBytesMax(256 << 10))
                        .build());
        assertThat(Waiting.get(client.connect())).isTrue();
        int readBefore = server.received(ChangesMessage.class).size();
        server.sockets.values().forEach(ServerWebSocket::resume);
        Waiting.until("all arrived", () -> model.ids().size() == changes);

        assertThat(readBefore).isLessThan(5);
        assertThat(model.duplicatesReceived).isZero();
        assertThat(model.outOfSyncSent).isZero();
    }

    @Test
    void anEditIsDurableWhenTheServerSaysSo() throws Exception {
        StubServer server = new StubServer(vertx, Compressor.IDENTITY, new HttpServerOptions());
        server.listen(0);
        List<VersionVector> unconfirmed = new CopyOnWriteArrayList<>();
        server.onMessage((session, message) -> {
            if (message instanceof HandshakeRequest request) {
                Set<String> granted = Set.copyOf(request.capabilities());
                server.send(session, new HandshakeResponse(DOC, null, List.of(), "s", VersionVector.EMPTY, granted));
            } else if (message instanceof ChangeMessage change) {
                unconfirmed.add(
                        VersionVector.builder().update(change.change().id()).build());
            }
        });
        SyncClient client = client(options(server.url()).build());
        Waiting.get(client.connect());
        Edit edit = client.edit(document -> new TextHandler(document, "t").insert(0, "x"));
        Waiting.get(edit.applied());
        Waiting.until("the change arrives", () -> unconfirmed.size() == 1);
        assertThat(edit.durable().isComplete()).isFalse();
        server.sockets.keySet().forEach(session -> server.send(session, new DurableMessage(DOC, unconfirmed.get(0))));
        Waiting.get(edit.durable());
        assertThat(server.received(HandshakeRequest.class).get(0).capabilities())
                .containsExactlyInAnyOrder(Capability.ACK, Capability.BATCH, Capability.RESUME);
    }

    @Test
    void durabilityIsUnknownToAStockServer() throws Exception {
        SyncClient client = client(options(reference().url()).build());
        Waiting.get(client.connect());
        Edit edit = client.edit(document -> new TextHandler(document, "t").insert(0, "x"));
        Waiting.get(edit.applied());
        assertThatThrownBy(() -> Waiting.get(edit.durable())).hasCauseInstanceOf(DurabilityUnknownException.class);
    }

    @Test
    void anEditThatFailsTellsBoth() {
        SyncClient client = client(options("ws://127.0.0.1:1/").build());
        Edit edit = client.edit(document -> {
            throw new IllegalArgumentException("no");
        });
        assertThatThrownBy(() -> Waiting.get(edit.applied())).hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Waiting.get(edit.durable())).hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPluginOrListenerThatThrowsStopsNothing() throws Exception {
        StubServer server = reference();
        ClientPlugin broken = new ClientPlugin() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public void onMessage(Message message) {
                throw new IllegalStateException("plugin");
            }
        };
        SyncClient client = client(options(server.url()).plugin(broken).build());
        List<ClientEvent.Problem> problems = problemsOf(client);
        client.onEvent(event -> {
            throw new IllegalStateException("listener");
        });
        client.onMessage(message -> {
            throw new IllegalStateException("listener");
        });
        assertThat(Waiting.get(client.connect())).isTrue();
        insert(client, "x");
        Waiting.until("the change arrives", () -> !server.received(ChangeMessage.class)
                .isEmpty());
        assertThat(problems).isNotEmpty().allSatisfy(problem -> assertThat(problem.kind())
                .isEqualTo(ProblemKind.PLUGIN_FAILED));
    }

    @Test
    void aClosedClientRefusesToConnectAndFailsWhoeverWaits() throws Exception {
        SyncClient client = client(options("ws://127.0.0.1:1/").build());
        Future<Void> connected = client.connected();
        Waiting.get(client.close());
        assertThatThrownBy(() -> Waiting.get(connected)).hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Waiting.get(client.connect())).hasCauseInstanceOf(IllegalStateException.class);
        Waiting.get(client.close());
    }

    @Test
    void everythingWaitsWhereThereIsNoEventLoop() throws Exception {
        StubServer server = reference();
        Duration patience = Duration.ofSeconds(10);
        Document annsDocument = new Document(DocumentOptions.builder().build());
        Document bobsDocument = new Document(DocumentOptions.builder().build());
        TextHandler anns = new TextHandler(annsDocument, "t");
        TextHandler bobs = new TextHandler(bobsDocument, "t");
        try (BlockingClient ann =
                        BlockingClient.sync(annsDocument, options(server.url()).build(), patience);
                BlockingClient bob =
                        BlockingClient.sync(bobsDocument, options(server.url()).build(), patience)) {
            assertThat(ann.connect()).isTrue();
            assertThat(bob.connect()).isTrue();
            ann.edit(document -> anns.insert(0, "Hello"));
            bob.awaitUntil(document -> bobs.value().equals("Hello"));
            assertThat(bob.<String>read(document -> bobs.value())).isEqualTo("Hello");
            assertThatThrownBy(() -> bob.editDurably(document -> bobs.insert(0, "x")))
                    .isInstanceOf(DurabilityUnknownException.class);
        }
    }
}
