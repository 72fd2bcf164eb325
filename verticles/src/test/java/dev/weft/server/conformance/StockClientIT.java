package dev.weft.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.CuttingProxy;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.SocketStockHost;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The reference's client against our gateways: rows of the checklist that need one. Its pings come every second. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class StockClientIT {
    private static final Vertx VERTX = Vertx.vertx();

    private final InMemoryDocumentStore.Contents contents = new InMemoryDocumentStore.Contents();
    private final String documentId = "stock-" + UUID.randomUUID();
    private final List<Person> people = new ArrayList<>();
    private final Random random = new Random(5);
    private Server server;

    /** All that stock clients said and heard, whatever the connection. */
    private static final class Log implements SocketStockHost.Witness {
        final Queue<Message> said = new ConcurrentLinkedQueue<>();
        final Queue<Message> heard = new ConcurrentLinkedQueue<>();

        @Override
        public void said(Message message) {
            said.add(message);
        }

        @Override
        public void heard(Message message) {
            heard.add(message);
        }

        <T extends Message> List<T> said(Class<T> type) {
            return said.stream().filter(type::isInstance).map(type::cast).toList();
        }

        <T extends Message> List<T> heard(Class<T> type) {
            return heard.stream().filter(type::isInstance).map(type::cast).toList();
        }

        long outOfSync() {
            return heard(ErrorMessage.class).stream()
                    .filter(error -> error.code().equals(ErrorCode.OUT_OF_SYNC))
                    .count();
        }
    }

    private void start() {
        start(true);
    }

    private void start(boolean create) {
        server = RawClient.await(Server.start(
                ServerOptions.DEFAULT.withGateway(
                        GatewayOptions.DEFAULT.withHost("localhost").withPort(0).withCreate(create)),
                InMemoryDocumentStore.over(contents)));
    }

    /** All its sockets die, and another one takes its place. */
    private void restart() {
        RawClient.await(server.stop());
        start();
    }

    @AfterEach
    void stop() {
        people.forEach(person -> RawClient.await(person.close()));
        if (server != null) {
            RawClient.await(server.stop());
        }
    }

    @AfterAll
    static void stopVertx() {
        RawClient.await(VERTX.close());
    }

    private Person person(String name, boolean isRelay, IntSupplier port, Log log) {
        Person person = Person.withStockClient(VERTX, name, documentId, isRelay, port, () -> log);
        people.add(person);
        return person;
    }

    private Person person(String name, boolean isRelay, Log log) {
        return person(name, isRelay, () -> server.port(), log);
    }

    private Person connected(String name, boolean isRelay, Log log) {
        Person person = person(name, isRelay, log);
        assertThat(RawClient.await(person.connect())).isTrue();
        return person;
    }

    private void type(Person person) {
        RawClient.await(person.type(random));
    }

    private void eventuallyAllHave(int letters) {
        TestCluster.within(60, "all have " + letters + " letters", () -> people.stream()
                .allMatch(person -> RawClient.await(person.content()).length() == letters));
        assertThat(people.stream()
                        .map(person -> RawClient.await(person.content()))
                        .distinct())
                .hasSize(1);
    }

    private void connectsEditsJoinsLateAndComesBack(boolean isRelay, Log log) {
        start();
        Person ann = connected("ann", isRelay, log);
        Person bob = connected("bob", isRelay, log);
        type(ann);
        eventuallyAllHave(1);
        type(bob);
        eventuallyAllHave(2);
        connected("late", isRelay, log);
        eventuallyAllHave(2);
        RawClient.await(bob.close());
        type(bob);
        type(bob);
        type(ann);
        assertThat(RawClient.await(bob.connect())).isTrue();
        eventuallyAllHave(5);
        assertThat(log.heard(ErrorMessage.class)).isEmpty();
    }

    // Sequence 5.9: handshakes, single changes and their echoes, one upload of the offline edits; no repair was needed.
    @Test
    void connectsEditsJoinsLateAndComesBackWithOfflineEdits() {
        Log log = new Log();
        connectsEditsJoinsLateAndComesBack(false, log);
        assertThat(log.said(HandshakeRequest.class)).hasSize(4);
        assertThat(log.said(DocumentStatusRequest.class)).isEmpty();
        assertThat(log.said(ChangesMessage.class)).singleElement().satisfies(upload -> assertThat(upload.changes())
                .hasSize(2));
    }

    @Test
    void connectsEditsJoinsLateAndComesBackWithOfflineEditsToARoom() {
        Log log = new Log();
        connectsEditsJoinsLateAndComesBack(true, log);
        assertThat(log.said(Push.class)).hasSize(log.heard(Ack.class).size());
    }

    private void idleThroughARestart(boolean isRelay) {
        Log log = new Log();
        start();
        Person idle = connected("idle", isRelay, log);
        restart();
        connected("other", isRelay, new Log());
        type(people.get(1));
        // It opens a socket with its next ping, in silence, and is healed there.
        eventuallyAllHave(1);
        assertThat(idle.isSettled()).isTrue();
        assertThat(log.said(HandshakeRequest.class)).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void hearsOfAChangeAfterTheGatewayRestartedWhileItWasIdle() {
        idleThroughARestart(false);
    }

    @Test
    void aMemberOfARoomHearsOfAChangeAfterTheGatewayRestartedWhileItWasIdle() {
        idleThroughARestart(true);
    }

    private void editThroughARestart(boolean isRelay) {
        start();
        Person ann = connected("ann", isRelay, new Log());
        type(ann);
        restart();
        type(ann);
        connected("other", isRelay, new Log());
        type(ann);
        eventuallyAllHave(3);
    }

    @Test
    void anEditMadeWhileTheGatewayRestartedReachesTheOthers() {
        editThroughARestart(false);
    }

    @Test
    void anEditMadeWhileTheGatewayRestartedReachesTheOtherMembersOfARoom() {
        editThroughARestart(true);
    }

    @Test
    void aThousandChangesOfTenAuthorsInNoOrderNeedNoRepair() {
        start();
        List<Change> changes = new ArrayList<>();
        List<Document> authors = new ArrayList<>();
        List<TextHandler> texts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Document author = new Document(PeerId.of(UUID.randomUUID()));
            authors.add(author);
            texts.add(new TextHandler(author, "text"));
            author.onLocalChange(change -> {
                changes.add(change);
                authors.stream().filter(other -> other != author).forEach(other -> other.importAll(List.of(change)));
            });
        }
        for (int i = 0; i < 1_000; i++) {
            texts.get(i % 10).insert(0, "x");
        }
        Collections.shuffle(changes, random);
        Log log = new Log();
        try (RawClient uploader = RawClient.connect(server.vertx(), server.port());
                RawClient reader = RawClient.connect(server.vertx(), server.port())) {
            join(reader);
            join(uploader);
            uploader.send(new ChangesMessage(documentId, changes));
            Set<Change> arrived = new HashSet<>();
            while (arrived.size() < 1_000) {
                arrived.add(reader.next(ChangeMessage.class).change());
            }
            while (!uploader.hasNothing()) {
                assertThat(uploader.next()).isNotInstanceOf(ErrorMessage.class);
            }
        }
        Person late = connected("late", false, log);
        TestCluster.within(60, "it is so", () -> late.document.history().size() == 1_000);
        assertThat(log.outOfSync()).isZero();
    }

    private void join(RawClient client) {
        client.send(new HandshakeRequest(documentId, PeerId.of(UUID.randomUUID()), VersionVector.EMPTY, Set.of()));
        client.next(HandshakeResponse.class);
    }

    @Test
    void anUnknownDocumentEndsTheAttemptAtOnceAndTheNextOneToo() {
        start(false);
        Log log = new Log();
        Person ann = person("ann", false, log);
        // Well below the five seconds after which a stock client gives up by itself, and then hangs.
        for (int attempt = 1; attempt <= 2; attempt++) {
            assertThat(RawClient.await(ann.connect())).isFalse();
            assertThat(log.heard(ErrorMessage.class)).hasSize(2 * attempt);
        }
    }

    @Test
    void aPushWhoseAcknowledgementWasLostLeavesTheRoomJoinable() {
        start();
        CuttingProxy proxy = new CuttingProxy(VERTX, server.port());
        Log log = new Log();
        Person ann = person("ann", true, proxy::port, log);
        assertThat(RawClient.await(ann.connect())).isTrue();
        for (int i = 0; i < 20; i++) {
            type(ann);
            proxy.cutAll();
        }
        type(ann);
        TestCluster.within(60, "it is so", ann::isSettled);
        connected("fresh", true, new Log());
        eventuallyAllHave(21);
    }

    @Test
    void aRoomOfThreeHundredPushesIsCompactedAndOutlivesARestart() {
        start();
        Log log = new Log();
        Person ann = connected("ann", true, log);
        Person bob = connected("bob", true, log);
        for (int i = 0; i < 150; i++) {
            type(ann);
            type(bob);
            if (i % 10 == 0) {
                TestCluster.within(60, "it is so", () -> ann.isSettled() && bob.isSettled());
            }
        }
        eventuallyAllHave(300);
        TestCluster.within(60, "it is so", () -> ann.isSettled() && bob.isSettled());
        assertThat(log.heard(Ack.class).stream().mapToLong(Ack::count).sum()).isEqualTo(300);
        long lastSeq = log.heard(Ack.class).stream().mapToLong(Ack::seq).max().orElseThrow();
        assertThat(lastSeq).isEqualTo(300);
        assertThat(log.said(SnapshotUpload.class)).isNotEmpty();
        restart();
        Log later = new Log();
        Person newcomer = connected("newcomer", true, later);
        eventuallyAllHave(300);
        type(newcomer);
        eventuallyAllHave(301);
        assertThat(later.heard(Ack.class)).allMatch(ack -> ack.seq() > lastSeq);
    }

    @Test
    void aDocumentOfManyMegabytesIsDelivered() {
        start();
        Document author = new Document(PeerId.of(UUID.randomUUID()));
        MapHandler<String> map = new MapHandler<>(author, "map", DartType.STRING);
        List<Change> changes = new ArrayList<>();
        author.onLocalChange(changes::add);
        for (int i = 0; i < 60; i++) {
            map.set("key" + i, "y".repeat(64 << 10));
        }
        try (RawClient writer = RawClient.connect(server.vertx(), server.port())) {
            join(writer);
            changes.forEach(change -> writer.send(new ChangeMessage(documentId, change)));
            Person reader = connected("reader", false, new Log());
            TestCluster.within(
                    60, "it is so", () -> reader.document.versionVector().equals(author.versionVector()));
        }
    }

    @Test
    void oneEditAmongTenIsNineBroadcastsAndTheirEchoesAreAbsorbed() {
        start();
        Log log = new Log();
        for (int i = 0; i < 10; i++) {
            connected("one-of-ten-" + i, false, log);
        }
        type(people.get(0));
        eventuallyAllHave(1);
        TestCluster.within(60, "it is so", () -> log.said(ChangeMessage.class).size() == 10);
        // The second edit comes behind all that the echoes of the first might have caused.
        type(people.get(1));
        eventuallyAllHave(2);
        TestCluster.within(60, "it is so", () -> log.said(ChangeMessage.class).size() == 20);
        assertThat(log.heard(ChangeMessage.class)).hasSize(18);
        assertThat(log.heard(ErrorMessage.class)).isEmpty();
    }

    @Test
    void aReaderThatNeverReadsIsClosedWithItsSocket() {
        server = RawClient.await(Server.start(
                ServerOptions.DEFAULT.withGateway(GatewayOptions.DEFAULT.withHost("localhost").withPort(0).toBuilder()
                        .stalledMillisMax(1_000)
                        .build()),
                InMemoryDocumentStore.over(contents)));
        Document author = new Document(PeerId.of(UUID.randomUUID()));
        MapHandler<String> map = new MapHandler<>(author, "map", DartType.STRING);
        List<Change> changes = new ArrayList<>();
        author.onLocalChange(changes::add);
        try (RawClient writer = RawClient.connect(VERTX, server.port());
                RawSocket stalled = RawSocket.connectWithoutReading(server.port())) {
            stalled.text("{\"type\":0,\"documentId\":\"" + documentId + "\",\"author\":\"" + author.peerId()
                    + "\",\"versionVector\":\"AA==\"}");
            join(writer);
            for (int i = 0; i < 400; i++) {
                map.set("key", i + "y".repeat(64 << 10));
                writer.send(new ChangeMessage(documentId, changes.get(i)));
            }
            // Not the session alone: nobody listens at the other end of the connection any more.
            TestCluster.within(60, "the connection is reset", () -> {
                try {
                    stalled.ping(new byte[1]);
                    return false;
                } catch (UncheckedIOException e) {
                    return true;
                }
            });
        }
    }
}
