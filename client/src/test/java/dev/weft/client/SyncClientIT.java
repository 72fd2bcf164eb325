package dev.weft.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.client.event.ConnectionStatus;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.HandshakeRequest;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client over real sockets, against a server that behaves like the reference. */
class SyncClientIT {
    private static final String DOC = "doc-1";

    private final Vertx vertx = Vertx.vertx();
    private final List<SyncClient> clients = new ArrayList<>();
    private StubServer server;
    private ReferenceServer model;

    @BeforeEach
    void startServer() throws Exception {
        server = StubServer.start(vertx);
        model = new ReferenceServer(DOC, server::send);
        server.serve(model);
    }

    @AfterEach
    void stop() throws Exception {
        for (SyncClient client : clients) {
            Waiting.get(client.close());
        }
        Waiting.get(vertx.close());
    }

    /** A client, its document, and the text in it. */
    private record Writer(SyncClient client, TextHandler text) {
        void insert(int index, String words) throws Exception {
            Waiting.get(client.edit(document -> text.insert(index, words)).applied());
        }

        String value() throws Exception {
            return Waiting.get(client.execute(document -> text.value()));
        }
    }

    private Writer writer() {
        return writer(ClientOptions.of(DOC, server.url()));
    }

    private Writer writer(ClientOptions options) {
        Document document = new Document(DocumentOptions.builder().build());
        TextHandler text = new TextHandler(document, "text");
        SyncClient client = SyncClient.create(vertx, document, options);
        clients.add(client);
        return new Writer(client, text);
    }

    @Test
    void anEditAfterClosingIsNotCalledDurable() throws Exception {
        Writer ann = writer();
        assertThat(Waiting.get(ann.client().connect())).isTrue();
        Waiting.get(ann.client().close());
        Edit late = ann.client().edit(document -> ann.text().insert(0, "late"));
        Waiting.get(late.applied());
        assertThatThrownBy(() -> Waiting.get(late.durable())).hasRootCauseInstanceOf(DurabilityUnknownException.class);
    }

    @Test
    void editsOfOneReachTheOther() throws Exception {
        Writer ann = writer();
        Writer bob = writer();
        assertThat(Waiting.get(ann.client().connect())).isTrue();
        assertThat(Waiting.get(bob.client().connect())).isTrue();

        ann.insert(0, "Hello");
        Waiting.until("Bob sees Hello", () -> bob.value().equals("Hello"));
        bob.insert(5, " world");
        Waiting.until("Ann sees it all", () -> ann.value().equals("Hello world"));

        assertThat(model.duplicatesReceived).isZero();
        assertThat(server.received(ChangeMessage.class)).hasSize(2);
    }

    @Test
    void offlineEditsAreDeliveredOnce() throws Exception {
        Writer ann = writer();
        for (int i = 0; i < 20; i++) {
            ann.insert(0, "x");
        }
        Waiting.get(ann.client().connect());
        Waiting.until("all arrived", () -> model.ids().size() == 20);

        Writer bob = writer();
        Waiting.get(bob.client().connect());
        Waiting.until("Bob has all", () -> bob.value().length() == 20);
        assertThat(model.duplicatesReceived).isZero();
        assertThat(model.outOfSyncSent).isZero();
    }

    @Test
    void reconnectsWithAHandshakeAfterTheSocketIsCut() throws Exception {
        Writer ann = writer();
        List<ConnectionStatus> statuses = new CopyOnWriteArrayList<>();
        ann.client().onStatus(statuses::add);
        Waiting.get(ann.client().connect());
        server.sockets.values().forEach(ServerWebSocket::close);
        Waiting.until(
                "the client is back",
                () -> server.received(HandshakeRequest.class).size() == 2);
        Waiting.until("it says so", () -> ann.client().status() == ConnectionStatus.CONNECTED);

        ann.insert(0, "after");
        Waiting.until("the edit arrives", () -> model.ids().size() == 1);
        assertThat(statuses)
                .containsExactly(
                        ConnectionStatus.CONNECTING,
                        ConnectionStatus.CONNECTED,
                        ConnectionStatus.ERROR,
                        ConnectionStatus.RECONNECTING,
                        ConnectionStatus.CONNECTED);
    }

    @Test
    void closesWithTheNormalCode() throws Exception {
        List<Short> codes = new CopyOnWriteArrayList<>();
        server.onOpen((session, socket) -> {
            // Replaces the stub's own handler, which this test does not need.
            socket.closeHandler(ignored -> codes.add(socket.closeStatusCode()));
        });
        Writer ann = writer();
        Waiting.get(ann.client().connect());
        Waiting.get(ann.client().close());
        Waiting.until("the server is told", () -> codes.size() == 1);
        assertThat(codes).containsExactly((short) 1000);
    }

    @Test
    void whoDisconnectsMayCloseTheVertxNext() throws Exception {
        Vertx own = Vertx.vertx();
        Document document =
                new Document(DocumentOptions.builder().documentId(DOC).build());
        SyncClient client = SyncClient.create(own, document, ClientOptions.of(DOC, server.url()));
        assertThat(Waiting.get(client.connect())).isTrue();
        Waiting.get(client.disconnect().eventually(own::close));
    }

    @Test
    void connectIsFalseWhereNobodyListens() throws Exception {
        Writer ann = writer(ClientOptions.of(DOC, "ws://127.0.0.1:1/"));
        assertThat(Waiting.get(ann.client().connect())).isFalse();
        assertThat(ann.client().status()).isEqualTo(ConnectionStatus.RECONNECTING);
        Waiting.get(ann.client().disconnect());
        assertThat(ann.client().status()).isEqualTo(ConnectionStatus.DISCONNECTED);
    }
}
