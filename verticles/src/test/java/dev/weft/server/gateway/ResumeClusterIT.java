package dev.weft.server.gateway;

import static dev.weft.server.kit.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ClientOptions;
import dev.weft.client.DocumentClient;
import dev.weft.client.RelayClient;
import dev.weft.client.SyncClient;
import dev.weft.client.connection.Backoff;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.server.kit.CuttingProxy;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.plugin.ServerPlugin;
import dev.weft.server.plugin.Verdict;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Our clients lose their connections again and again, come back to any node, and go on where they were. */
class ResumeClusterIT {
    private static final int WRITERS = 4;
    private static final int ROUNDS = 6;
    private static final Vertx VERTX = Vertx.vertx();

    private static TestCluster cluster;
    private static List<CuttingProxy> proxies;
    private static final List<Message> GREETINGS = new CopyOnWriteArrayList<>();

    private final List<Writer> writers = new ArrayList<>();
    private final String documentId = "resume-" + UUID.randomUUID();

    /** Hears how sessions begin. */
    private static final class Listener implements ServerPlugin {
        @Override
        public String name() {
            return "listener";
        }

        @Override
        public CompletionStage<Verdict> joining(String sessionId, DocumentKey key, Message request) {
            GREETINGS.add(request);
            return Verdict.ALLOWED;
        }
    }

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(2, options -> options.withPlugins(List.of(new Listener())));
        proxies = List.of(
                new CuttingProxy(VERTX, cluster.node(0).port()),
                new CuttingProxy(VERTX, cluster.node(1).port()));
    }

    @AfterAll
    static void stop() {
        RawClient.await(VERTX.close());
        cluster.close();
    }

    private final class Writer {
        final FugueTextHandler text;
        final DocumentClient client;

        Writer(boolean relay, int first) {
            Document document = new Document(DocumentOptions.builder().build());
            text = new FugueTextHandler(document, "text");
            ClientOptions options = ClientOptions.builder(documentId)
                    .endpoints(
                            "ws://127.0.0.1:" + proxies.get(first).port() + "/",
                            "ws://127.0.0.1:" + proxies.get(1 - first).port() + "/")
                    .backoff(new Backoff.Policy(10, 200, 20, 0))
                    .build();
            client = relay ? RelayClient.create(VERTX, document, options) : SyncClient.create(VERTX, document, options);
            writers.add(this);
        }

        String value() {
            return RawClient.await(client.<String>execute(document -> text.value()));
        }
    }

    private int typeWhileConnectionsAreCut(boolean relay) {
        Random random = new Random(Long.getLong("seed", 5));
        for (int i = 0; i < WRITERS; i++) {
            RawClient.await(new Writer(relay, i % 2).client.connect());
        }
        int edits = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (Writer writer : writers) {
                for (int i = 1 + random.nextInt(4); i > 0; i--) {
                    RawClient.await(writer.client
                            .edit(document -> writer.text.insert(
                                    random.nextInt(writer.text.value().length() + 1), "x"))
                            .durable());
                    edits++;
                }
            }
            int length = edits;
            eventually(() -> writers.stream().allMatch(writer -> writer.value().length() == length));
            proxies.forEach(CuttingProxy::cutAll);
            eventually(() ->
                    writers.stream().noneMatch(writer -> writer.client.status().isConnected())
                            || writers.stream()
                                    .allMatch(writer -> writer.client.status().isConnected()));
        }
        int length = edits;
        eventually(() -> writers.stream().allMatch(writer -> writer.value().length() == length));
        assertThat(writers.stream().map(Writer::value).distinct()).hasSize(1);
        return edits;
    }

    @Test
    void aDocumentGoesOnWhereItWasOnAnyNode() {
        typeWhileConnectionsAreCut(false);
        assertThat(resumedAt(HandshakeRequest.class)).isNotEmpty();
        closeAll();
    }

    @Test
    void aRoomGoesOnWhereItWasOnAnyNode() {
        int edits = typeWhileConnectionsAreCut(true);
        assertThat(resumedAt(Hello.class)).isNotEmpty().allSatisfy(place -> assertThat(place.after())
                .isLessThanOrEqualTo(edits));
        closeAll();
    }

    private List<ResumePoint> resumedAt(Class<? extends Message> greeting) {
        return GREETINGS.stream()
                .filter(greeting::isInstance)
                .filter(message -> message.documentId().equals(documentId))
                .map(message -> message instanceof Hello hello ? hello.resume() : ((HandshakeRequest) message).resume())
                .filter(Objects::nonNull)
                .toList();
    }

    private void closeAll() {
        writers.forEach(writer -> RawClient.await(writer.client.close()));
    }
}
