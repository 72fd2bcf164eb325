package dev.weft.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.awareness.AwarenessPlugin;
import dev.weft.client.connection.Backoff;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.message.Push;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The relay client over real sockets, against a relay that behaves like the reference. */
class RelayClientIT {
    private static final String DOC = "doc-1";

    private final Vertx vertx = Vertx.vertx();
    private final List<RelayClient> clients = new ArrayList<>();
    private StubServer server;
    private ReferenceRelay model;

    @BeforeEach
    void startServer() throws Exception {
        server = StubServer.start(vertx);
        model = new ReferenceRelay(DOC, server::send, System::currentTimeMillis, 200, 30_000);
        server.onMessage(model::receive);
    }

    @AfterEach
    void stop() throws Exception {
        for (RelayClient client : clients) {
            Waiting.get(client.close());
        }
        Waiting.get(vertx.close());
    }

    private RelayClient client(Document document, PushQueueStore store, AwarenessPlugin awareness) {
        ClientOptions options = ClientOptions.builder(DOC)
                .endpoints(server.url())
                .backoff(new Backoff.Policy(5, 50, 5, 0))
                .plugin(awareness)
                .build();
        RelayClient client = RelayClient.create(vertx, document, options, store);
        clients.add(client);
        return client;
    }

    private RelayClient client(Document document) {
        return client(document, PushQueueStore.NONE, new AwarenessPlugin());
    }

    private static Document document() {
        return new Document(DocumentOptions.builder().build());
    }

    @Test
    void editsOfOneReachTheOtherAndAreDurable() throws Exception {
        Document annsDocument = document();
        Document bobsDocument = document();
        TextHandler anns = new TextHandler(annsDocument, "t");
        TextHandler bobs = new TextHandler(bobsDocument, "t");
        RelayClient ann = client(annsDocument);
        RelayClient bob = client(bobsDocument);
        assertThat(Waiting.get(ann.connect())).isTrue();
        assertThat(Waiting.get(bob.connect())).isTrue();

        Waiting.get(ann.edit(document -> anns.insert(0, "Hello")).durable());
        Waiting.until("Bob sees it", () -> Waiting.get(bob.<String>execute(document -> bobs.value()))
                .equals("Hello"));
        assertThat(Waiting.get(ann.pendingChanges())).isZero();
        assertThat(Waiting.get(ann.lastKnownSeq())).isEqualTo(1);
    }

    @Test
    void anEditWithinAnotherIsDurableWithIt() throws Exception {
        Document annsDocument = document();
        TextHandler anns = new TextHandler(annsDocument, "t");
        RelayClient ann = client(annsDocument);
        List<Edit> within = new CopyOnWriteArrayList<>();
        Edit edit = ann.edit(document -> {
            within.add(ann.edit(same -> anns.insert(0, "y")));
            anns.insert(0, "x");
        });
        Waiting.get(edit.applied());
        Waiting.get(within.get(0).applied());
        assertThat(within.get(0).durable().isComplete()).as("not connected yet").isFalse();
        assertThat(edit.durable().isComplete()).isFalse();
        Waiting.get(ann.connect());
        Waiting.get(edit.durable());
        Waiting.get(within.get(0).durable());
        assertThat(model.log()).hasSize(1);
    }

    @Test
    void whoHearsOfAnEditMayEditOrThrow() throws Exception {
        List<Throwable> caught = new CopyOnWriteArrayList<>();
        vertx.exceptionHandler(caught::add);
        Document annsDocument = document();
        TextHandler anns = new TextHandler(annsDocument, "t");
        RelayClient ann = client(annsDocument);
        List<Edit> followUps = new CopyOnWriteArrayList<>();
        List<Edit> offline = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Edit edit = ann.edit(document -> anns.insert(0, "x"));
            edit.durable().onSuccess(done -> followUps.add(ann.edit(document -> anns.insert(0, "y"))));
            edit.durable().onSuccess(done -> {
                throw new IllegalStateException("the application's");
            });
            offline.add(edit);
        }
        assertThat(Waiting.get(ann.connect())).isTrue();
        for (Edit edit : offline) {
            Waiting.get(edit.durable());
        }
        Waiting.until("all followed", () -> followUps.size() == offline.size());
        for (Edit edit : followUps) {
            Waiting.get(edit.durable());
        }
        assertThat(caught).hasSize(offline.size());
        assertThat(server.upgrades).as("the session went on").hasSize(1);
        assertThat(model.log()).hasSize(80);
    }

    @Test
    void nothingIsPushedTwiceAcrossReconnects() throws Exception {
        Document annsDocument = document();
        TextHandler anns = new TextHandler(annsDocument, "t");
        RelayClient ann = client(annsDocument);
        Waiting.get(ann.connect());
        for (int i = 0; i < 5; i++) {
            Waiting.get(ann.edit(document -> anns.insert(0, "x")).durable());
            server.sockets.values().forEach(ServerWebSocket::close);
            Edit offline = ann.edit(document -> anns.insert(0, "y"));
            Waiting.get(offline.durable());
        }
        assertThat(model.log()).hasSize(10);
        assertThat(model.log().values()).doesNotHaveDuplicates();
    }

    /** Keeps the queue in a list, as a file would. */
    private static final class ListStore implements PushQueueStore {
        final List<String> kept = new CopyOnWriteArrayList<>();

        @Override
        public Future<List<String>> load() {
            return Future.succeededFuture(List.copyOf(kept));
        }

        @Override
        public Future<Void> append(List<String> blobs) {
            kept.addAll(blobs);
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> dropFirst(int count) {
            kept.subList(0, count).clear();
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> replace(List<String> blobs) {
            kept.clear();
            kept.addAll(blobs);
            return Future.succeededFuture();
        }
    }

    @Test
    void offlineEditsOutliveTheProgram() throws Exception {
        ListStore store = new ListStore();
        Document firstRun = document();
        RelayClient offline = client(firstRun, store, new AwarenessPlugin());
        Waiting.get(offline.edit(document -> new TextHandler(document, "t").insert(0, "kept"))
                .applied());
        assertThat(store.kept).hasSize(1);
        Waiting.get(offline.close());

        Document secondRun = document();
        TextHandler text = new TextHandler(secondRun, "t");
        RelayClient online = client(secondRun, store, new AwarenessPlugin());
        Waiting.get(online.connect());
        Waiting.until("the relay has it", () -> model.log().size() == 1);
        Waiting.until("the store is empty", store.kept::isEmpty);
        assertThat(Waiting.get(online.<String>execute(document -> text.value())))
                .isEqualTo("kept");
        assertThat(server.received(Push.class)).hasSize(1);
    }

    @Test
    void showsWhoIsHere() throws Exception {
        Map<String, ClientAwareness> states = new LinkedHashMap<>();
        server.onMessage((session, message) -> {
            model.receive(session, message);
            if (message instanceof AwarenessUpdate update) {
                states.put(update.state().clientId(), update.state());
                server.sockets.keySet().forEach(each -> server.send(each, new AwarenessState(DOC, states)));
            }
        });
        AwarenessPlugin anns = new AwarenessPlugin(Map.of("name", "Ann"), 0);
        AwarenessPlugin bobs = new AwarenessPlugin();
        Waiting.get(client(document(), PushQueueStore.NONE, anns).connect());
        Waiting.get(client(document(), PushQueueStore.NONE, bobs).connect());
        bobs.updateLocalState(Map.of("name", "Bob"));
        Waiting.until(
                "both see both",
                () -> anns.current().states().size() == 2
                        && bobs.current().states().size() == 2);
        assertThat(anns.current().states().values())
                .extracting(state -> state.metadata().get("name"))
                .containsExactlyInAnyOrder("Ann", "Bob");
    }
}
