package dev.weft.server.gateway;

import static dev.weft.server.kit.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ClientOptions;
import dev.weft.client.DocumentClient;
import dev.weft.client.RelayClient;
import dev.weft.client.SyncClient;
import dev.weft.client.awareness.AwarenessPlugin;
import dev.weft.client.connection.Backoff;
import dev.weft.client.event.ClientEvent;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.kit.CuttingProxy;
import dev.weft.server.kit.RawClient;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Our own client against our own node, both modes, through a proxy that cuts connections. */
class JavaClientIT {
    private static final Vertx VERTX = Vertx.vertx();
    private static Server server;
    private static CuttingProxy proxy;

    private final List<Writer> writers = new ArrayList<>();
    private final List<ClientEvent.Problem> problems = new CopyOnWriteArrayList<>();
    private final String documentId = "java-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        server = RawClient.await(Server.start(
                ServerOptions.DEFAULT.withGateway(
                        GatewayOptions.DEFAULT.withHost("localhost").withPort(0)),
                InMemoryDocumentStore.unshared()));
        proxy = new CuttingProxy(VERTX, server.port());
    }

    @AfterAll
    static void stop() {
        RawClient.await(VERTX.close());
        RawClient.await(server.stop());
    }

    @AfterEach
    void closeClients() {
        writers.forEach(writer -> RawClient.await(writer.client.close()));
    }

    private final class Writer {
        final FugueTextHandler text;
        final AwarenessPlugin awareness = new AwarenessPlugin();
        final DocumentClient client;

        Writer(boolean relay, int port) {
            Document document = new Document(DocumentOptions.builder().build());
            text = new FugueTextHandler(document, "text");
            ClientOptions options = ClientOptions.builder(documentId)
                    .endpoints("ws://localhost:" + port + "/")
                    .backoff(new Backoff.Policy(10, 200, 20, 0))
                    .plugin(awareness)
                    .build();
            client = relay ? RelayClient.create(VERTX, document, options) : SyncClient.create(VERTX, document, options);
            client.onEvent(event -> {
                if (event instanceof ClientEvent.Problem problem) {
                    problems.add(problem);
                }
            });
            writers.add(this);
        }

        String value() {
            return RawClient.await(client.<String>execute(document -> text.value()));
        }

        Future<Void> insertDurably(int index, String words) {
            return client.edit(document -> text.insert(index, words)).durable();
        }
    }

    private void editsReachEachOtherAndAreDurable(boolean relay) {
        Writer ann = new Writer(relay, server.port());
        Writer bob = new Writer(relay, server.port());
        assertThat(RawClient.await(ann.client.connect())).isTrue();
        assertThat(RawClient.await(bob.client.connect())).isTrue();
        RawClient.await(ann.insertDurably(0, "Hello"));
        eventually(() -> bob.value().equals("Hello"));
        RawClient.await(bob.insertDurably(5, " world"));
        eventually(() -> ann.value().equals("Hello world"));

        Writer late = new Writer(relay, server.port());
        RawClient.await(late.client.connect());
        eventually(() -> late.value().equals("Hello world"));
        assertThat(problems).isEmpty();
    }

    @Test
    void editsReachEachOtherAndAreDurableInAwareMode() {
        editsReachEachOtherAndAreDurable(false);
    }

    @Test
    void editsReachEachOtherAndAreDurableInRelayMode() {
        editsReachEachOtherAndAreDurable(true);
    }

    /** Everybody types while every connection is cut again and again. */
    private void nothingIsLost(boolean relay) {
        Random random = new Random(Long.getLong("seed", 3));
        for (int i = 0; i < 4; i++) {
            RawClient.await(new Writer(relay, proxy.port()).client.connect());
        }
        int edits = 0;
        for (int round = 0; round < 8; round++) {
            for (Writer writer : writers) {
                for (int i = random.nextInt(5); i > 0; i--) {
                    RawClient.await(writer.client
                            .edit(document -> writer.text.insert(
                                    random.nextInt(writer.text.value().length() + 1), "x"))
                            .applied());
                    edits++;
                }
            }
            if (round % 3 != 0) {
                proxy.cutAll();
            }
        }
        int length = edits;
        eventually(() -> writers.stream().allMatch(writer -> writer.value().length() == length));
        assertThat(writers.stream().map(Writer::value).distinct()).hasSize(1);

        Writer late = new Writer(relay, server.port());
        RawClient.await(late.client.connect());
        eventually(() -> late.value().equals(writers.get(0).value()));
    }

    /** Presence survives cut connections, and nobody stays as a ghost of an earlier session. */
    private void everybodySeesEverybodyOnce(boolean relay) {
        List<String> names = List.of("Ann", "Bob", "Cem");
        for (String name : names) {
            Writer writer = new Writer(relay, proxy.port());
            writer.awareness.updateLocalState(Map.of("name", name));
            RawClient.await(writer.client.connect());
        }
        for (int round = 0; round < 3; round++) {
            eventually(() ->
                    writers.stream().allMatch(writer -> namesSeenBy(writer).equals(names)));
            proxy.cutAll();
            eventually(() ->
                    writers.stream().allMatch(writer -> writer.client.status().isConnected()));
        }
        eventually(() -> writers.stream().allMatch(writer -> namesSeenBy(writer).equals(names)));
        RawClient.await(writers.get(0).client.disconnect());
        eventually(() -> namesSeenBy(writers.get(1)).equals(List.of("Bob", "Cem")));
    }

    private static List<String> namesSeenBy(Writer writer) {
        return writer.awareness.current().states().values().stream()
                .map(state -> String.valueOf(state.metadata().get("name")))
                .sorted()
                .toList();
    }

    @Test
    void everybodySeesEverybodyOnceInAwareMode() {
        everybodySeesEverybodyOnce(false);
    }

    @Test
    void everybodySeesEverybodyOnceInRelayMode() {
        everybodySeesEverybodyOnce(true);
    }

    /** The connection is cut before an edit, during it, after it was taken, and after that was said. */
    private void everyEditIsConfirmed(boolean relay) {
        Writer ann = new Writer(relay, proxy.port());
        RawClient.await(ann.client.connect());
        Random random = new Random(Long.getLong("seed", 4));
        for (int i = 0; i < 20; i++) {
            Future<Void> durable = ann.insertDurably(0, "x");
            VERTX.setTimer(1 + random.nextInt(4), ignored -> proxy.cutAll());
            RawClient.await(durable);
        }
    }

    @Test
    void everyEditIsConfirmedInAwareMode() {
        everyEditIsConfirmed(false);
    }

    @Test
    void everyEditIsConfirmedInRelayMode() {
        everyEditIsConfirmed(true);
    }

    @Test
    void nothingIsLostInAwareMode() {
        nothingIsLost(false);
    }

    @Test
    void nothingIsLostInRelayMode() {
        nothingIsLost(true);
    }
}
