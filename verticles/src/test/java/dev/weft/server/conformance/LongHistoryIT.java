package dev.weft.server.conformance;

import static dev.weft.server.kit.TestCluster.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.AwareMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.SocketStockHost;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.StoredRun;
import dev.weft.server.storage.embedded.EmbeddedDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedStoreOptions;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A text typed letter by letter, one change each, is joined on a node that was just started and finds its history packed:
 * by stock clients and by ours, who have nothing, some of it, or all. Its history is larger than any message.
 * {@code -Dweft.letters=N} makes it longer.
 */
@Timeout(value = 900, unit = TimeUnit.SECONDS)
class LongHistoryIT {
    /** More than a block and what stays unpacked; beyond the bytes of one part, and of a message if there are many. */
    private static final int LETTERS = Integer.getInteger("weft.letters", 12_000);

    private static final int PATIENCE_SECONDS = 60 + LETTERS / 500;

    private final Vertx vertx = Vertx.vertx();
    private final String documentId = "long-" + UUID.randomUUID();
    private final DocumentKey key = DocumentKey.aware(documentId);
    private final List<Person> people = new ArrayList<>();
    private final Random random = new Random(7);
    private EmbeddedDocumentStore store;
    private Server server;

    @TempDir
    private Path folder;

    /** The messages that somebody was sent. */
    private static final class Heard implements SocketStockHost.Witness {
        private static final MessageCodec CODEC = new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, List.of());

        final Queue<Message> states = new ConcurrentLinkedQueue<>();

        @Override
        public void said(Message message) {}

        @Override
        public void heard(Message message) {
            if (message instanceof HandshakeResponse || message instanceof DocumentStatus) {
                states.add(message);
            }
        }

        List<Integer> sizes() {
            return states.stream()
                    .map(message -> CODEC.encode((AwareMessage) message).length)
                    .toList();
        }

        int changes() {
            return states.stream()
                    .mapToInt(message -> message instanceof HandshakeResponse response
                            ? response.changes().size()
                            : ((DocumentStatus) message).changes().size())
                    .sum();
        }

        boolean hasSnapshot() {
            return states.stream()
                    .anyMatch(message -> message instanceof HandshakeResponse response
                            ? response.snapshot() != null
                            : ((DocumentStatus) message).snapshot() != null);
        }
    }

    private void start() {
        store = new EmbeddedDocumentStore(EmbeddedStoreOptions.in(folder));
        server = RawClient.await(Server.start(
                ServerOptions.DEFAULT.withGateway(
                        GatewayOptions.DEFAULT.withHost("localhost").withPort(0)),
                store));
    }

    @AfterEach
    void stop() {
        people.forEach(person -> RawClient.await(person.close()));
        RawClient.await(server.stop());
        RawClient.await(vertx.close());
    }

    /** Somebody types, with corrections, and connects when the text is done. */
    private Document written() {
        Document document = new Document(DocumentOptions.builder().build());
        FugueTextHandler text = new FugueTextHandler(document, "text");
        int at = 0;
        for (int i = 0; i < LETTERS; i++) {
            if (i % 500 == 499) {
                at = random.nextInt(text.length());
            }
            if (i % 9 == 8 && at > 0) {
                text.delete(--at, 1);
            } else {
                text.insert(at++, String.valueOf((char) ('a' + random.nextInt(26))));
            }
        }
        SyncClient client = SyncClient.create(
                vertx, document, ClientOptions.of(documentId, "ws://localhost:" + server.port() + "/"));
        assertThat(RawClient.await(client.connect())).isTrue();
        within(PATIENCE_SECONDS, "all is stored", () -> stored().lastPosition() == LETTERS);
        RawClient.await(client.close());
        return document;
    }

    private DocumentInfo stored() {
        return RawClient.await(store.find(key)).orElseThrow();
    }

    private boolean isPacked() {
        List<StoredRun> runs = new ArrayList<>();
        RawClient.await(store.readAllRuns(key, stored().epoch(), 0, runs::addAll));
        return runs.stream().filter(run -> !(run instanceof PackedEntries)).count() <= 5_120;
    }

    private Person stock(String name, Heard heard) {
        Person person = Person.withStockClient(vertx, name, documentId, false, () -> server.port(), () -> heard);
        people.add(person);
        return person;
    }

    private void joins(Person person, Document written) {
        assertThat(RawClient.await(person.connect())).isTrue();
        within(
                PATIENCE_SECONDS,
                person.name + " is complete",
                () -> RawClient.await(
                        person.onOwnThread(() -> person.document.versionVector().equals(written.versionVector()))));
        assertThat(RawClient.await(
                        person.onOwnThread(() -> person.document.history().size())))
                .isEqualTo(LETTERS);
        assertThat(RawClient.await(person.content()))
                .isEqualTo(((FugueTextHandler) written.handlers().get("text")).value());
    }

    @Test
    void isJoinedCompletelyAndForNothingByThoseWhoHaveIt() {
        start();
        Document written = written();
        within(PATIENCE_SECONDS, "the older part is packed", this::isPacked);
        RawClient.await(server.stop());
        start();

        Heard heard = new Heard();
        joins(stock("nothing yet", heard), written);
        assertThat(heard.hasSnapshot()).as("changes are what a client can use").isFalse();
        assertThat(heard.changes()).as("each once").isEqualTo(LETTERS);
        assertThat(heard.sizes()).hasSizeGreaterThan(1);
        assertThat(heard.sizes()).allMatch(bytes -> bytes <= FrameLimits.DEFAULT.frameBytesMax());

        Heard some = new Heard();
        Person knowsSome = stock("some of it", some);
        knowsSome.document.importChanges(written.exportChanges().subList(0, LETTERS / 2));
        joins(knowsSome, written);
        assertThat(some.changes()).isEqualTo(LETTERS - LETTERS / 2);

        Heard none = new Heard();
        Person knowsAll = stock("all of it", none);
        knowsAll.document.importChanges(written.exportChanges());
        joins(knowsAll, written);
        assertThat(none.changes()).isZero();
        assertThat(none.sizes()).allMatch(bytes -> bytes < 1_000);

        Person ours = Person.withJavaClient(vertx, "ours", documentId, false, List.of(server.port()));
        people.add(ours);
        joins(ours, written);
    }
}
