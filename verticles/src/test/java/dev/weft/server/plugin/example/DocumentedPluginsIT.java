package dev.weft.server.plugin.example;

import static dev.weft.server.kit.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.awareness.AwarenessOptions;
import dev.weft.server.awareness.AwarenessPlugin;
import dev.weft.server.event.EventOptions;
import dev.weft.server.event.EventSubscription;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestNode;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The plugins of docs/plugins.md do what the page says, over real sockets. */
class DocumentedPluginsIT {
    private static final int PORT = 0;

    private final List<String> log = new CopyOnWriteArrayList<>();

    @Test
    void isStartedWithThem() {
        DocumentStore store = InMemoryDocumentStore.unshared();
        // example: start
        ServerOptions options = ServerOptions.builder()
                .plugins(List.of(new AwarenessPlugin(AwarenessOptions.DEFAULT), new ChatServerPlugin()))
                .gateway(GatewayOptions.builder().port(PORT).build())
                .build();
        Future<Server> started = Server.start(options, store);
        // end
        RawClient.await(RawClient.await(started).stop());
    }

    @Test
    void listens() {
        try (TestNode node = TestNode.start()) {
            Server server = node.server();
            // example: listen
            EventSubscription subscription = server.onEvent(
                    EventOptions.of(Set.of(ServerEvent.HandshakeCompleted.class, ServerEvent.ChangesApplied.class)),
                    event -> log.add(event.sessionId() + " in " + event.documentId()));
            // end
            try (RawClient client = node.connect()) {
                String sessionId = client.handshake("paper", new Author(1)).sessionId();
                eventually(() -> log.contains(sessionId + " in paper"));
            }
            assertThat(subscription.dropped()).isZero();
        }
    }

    @Test
    void chats() {
        Vertx vertx = Vertx.vertx();
        try (TestNode node = TestNode.start(options -> options.plugins(List.of(new ChatServerPlugin())))) {
            String url = "ws://localhost:" + node.server().port();
            List<ChatMessage> heard = new CopyOnWriteArrayList<>();
            ChatClientPlugin ann = new ChatClientPlugin(heard::add);
            ChatClientPlugin bob = new ChatClientPlugin(heard::add);
            SyncClient anns = client(vertx, url, ann);
            SyncClient bobs = client(vertx, url, bob);
            assertThat(RawClient.await(anns.connect())).isTrue();
            assertThat(RawClient.await(bobs.connect())).isTrue();
            // The links of two gateways attach to the owner one after the other; what is said before is lost.
            eventually(() -> {
                ann.say("hello");
                return !heard.isEmpty();
            });
            assertThat(heard.get(0)).isEqualTo(new ChatMessage("paper", anns.sessionId(), "hello"));
        } finally {
            RawClient.await(vertx.close());
        }
    }

    private static SyncClient client(Vertx vertx, String url, ChatClientPlugin plugin) {
        Document document = new Document(DocumentOptions.builder().build());
        return SyncClient.create(
                vertx,
                document,
                ClientOptions.builder("paper").endpoints(url).plugin(plugin).build());
    }

    @Test
    void archives() {
        Archive archive = new Archive(
                Set.of("frozen"),
                key -> CompletableFuture.supplyAsync(() -> !key.id().equals("closed")),
                log::add);
        try (TestNode node = TestNode.start(options -> options.plugins(List.of(archive)));
                RawClient client = node.connect();
                RawClient reader = node.connect()) {
            Author author = new Author(1);
            String sessionId = client.handshake("open", author).sessionId();
            reader.handshake("open", new Author(2));
            client.send(new ChangeMessage("open", author.type('x')));
            reader.next(ChangeMessage.class);
            assertThat(log).containsExactly("aware/open: " + sessionId + " made 1, up to 1");

            client.send(new HandshakeRequest("closed", author.peer(), author.holds(), Set.of()));
            assertThat(client.next(ErrorMessage.class).code()).isEqualTo("CLOSED");
            assertThat(client.next(ErrorMessage.class).code()).isEqualTo(ErrorCode.HANDSHAKE_FAILED);

            Author late = new Author(3);
            client.handshake("frozen", late);
            client.send(new ChangeMessage("frozen", late.type('y')));
            assertThat(client.next(ErrorMessage.class).code()).isEqualTo("FROZEN");
            client.send(new HandshakeRequest("frozen", late.peer(), new Author(4).holds(), Set.of()));
            assertThat(client.next(HandshakeResponse.class).changes()).isEmpty();
        }
    }
}
