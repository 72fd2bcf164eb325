package dev.weft.server.conformance;

import static dev.weft.server.kit.TestCluster.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.message.Message;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.CuttingProxy;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.SocketStockHost;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.kit.TestDatabase;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.archive.DocumentArchive;
import dev.weft.server.storage.postgres.PostgresDocumentStore;
import dev.weft.server.storage.postgres.PostgresStoreOptions;
import dev.weft.testkit.FreePorts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A cluster over PostgreSQL is backed up while people type, and lost with its database. The backup goes into an empty
 * database, a new cluster starts on it under the old addresses, and whoever had a document open comes back by himself.
 */
@Timeout(300)
class BackupClusterIT {
    private static final int NODES = 2;
    private static final int PATIENCE_SECONDS = 120;
    private static final int LETTERS_AROUND_BACKUP = 60;
    private static final long SEED = Long.getLong("seed", 7);
    private static final SocketStockHost.Witness NOBODY = new SocketStockHost.Witness() {
        @Override
        public void said(Message message) {}

        @Override
        public void heard(Message message) {}
    };

    private final Vertx vertx = Vertx.vertx();
    private final Random random = new Random(SEED);
    private final List<Integer> ports = FreePorts.inARow(NODES);
    private final String paper = "paper-" + UUID.randomUUID();
    private final String room = "room-" + UUID.randomUUID();
    private final List<Person> writers = new ArrayList<>();
    private final List<Person> members = new ArrayList<>();

    @AfterEach
    void stop() {
        RawClient.await(vertx.close());
    }

    @Test
    void everybodyComesBackToWhatWasRestoredAndEndsEqual() throws IOException {
        String lost = TestDatabase.fresh();
        String empty = TestDatabase.fresh();
        byte[] backup;
        int typed;
        try (TestCluster cluster = start(lost)) {
            gather();
            typed = type(40);
            // What is typed from now on may be in the backup or not.
            CompletableFuture<byte[]> archived = CompletableFuture.supplyAsync(() -> backUp(lost));
            while (!archived.isDone()) {
                typed += type(1);
            }
            backup = archived.join();
            typed += type(LETTERS_AROUND_BACKUP);
            everybodyShows(typed);
            cluster.ownerOf(DocumentKey.aware(paper));
        }
        assertThat(restore(backup, empty).documents()).isEqualTo(2);
        try (TestCluster cluster = start(empty)) {
            everybodyShows(typed);
            cluster.ownerOf(DocumentKey.aware(paper));
            typed += type(20);
            writers.add(withJavaClient("late writer", paper, false));
            members.add(withJavaClient("late member", room, true));
            RawClient.await(writers.get(writers.size() - 1).connect());
            RawClient.await(members.get(members.size() - 1).connect());
            everybodyShows(typed);
            everyone().forEach(person -> RawClient.await(person.close()));
        }
    }

    /** Numbers in the log it knew name other changes by then, so it must not go on from one. */
    @Test
    void whoSleptThroughTheRestorationMissesNothingThatWasWrittenSince() throws IOException {
        String lost = TestDatabase.fresh();
        String empty = TestDatabase.fresh();
        CuttingProxy way = new CuttingProxy(vertx, ports.get(0));
        List<Integer> throughProxy = List.of(way.port());
        Person sleepingWriter = Person.withJavaClient(vertx, "sleeping writer", paper, false, throughProxy);
        Person sleepingMember = Person.withJavaClient(vertx, "sleeping member", room, true, throughProxy);
        byte[] backup;
        try (TestCluster cluster = start(lost)) {
            meet("first", sleepingWriter, sleepingMember);
            everybodyShows(type(10));
            cluster.ownerOf(DocumentKey.aware(paper));
            backup = backUp(lost);
            type(10);
            everybodyShows(20);
            way.shut();
            leave(writers.remove(0), members.remove(0));
        }
        restore(backup, empty);
        try (TestCluster cluster = start(empty)) {
            List<Person> asleep = List.of(writers.remove(0), members.remove(0));
            meet("second");
            cluster.ownerOf(DocumentKey.aware(paper));
            // As many as are lost: the log counts as far as it did, and nothing behind that tells of what is before.
            type(10);
            everybodyShows(10 + 10);
            writers.add(asleep.get(0));
            members.add(asleep.get(1));
            way.open();
            everybodyShows(20 + 10);
            everyone().forEach(person -> leave(person));
        }
    }

    /** Somebody new of each mode with our client, and those given, connect. */
    private void meet(String name, Person... others) {
        writers.add(withJavaClient(name + " writer", paper, false));
        members.add(withJavaClient(name + " member", room, true));
        if (others.length > 0) {
            writers.add(others[0]);
            members.add(others[1]);
        }
        everyone()
                .forEach(person -> assertThat(RawClient.await(person.connect())).isTrue());
    }

    private void leave(Person... people) {
        for (Person person : people) {
            RawClient.await(person.close());
        }
    }

    private TestCluster start(String uri) {
        Iterator<Integer> next = ports.iterator();
        return TestCluster.start(
                NODES,
                options -> onPort(options, next.next()),
                () -> new PostgresDocumentStore(vertx, PostgresStoreOptions.at(uri)));
    }

    private static ServerOptions onPort(ServerOptions options, int port) {
        return options.withGateway(GatewayOptions.DEFAULT.withHost("localhost").withPort(port));
    }

    /** In either mode somebody with our client and two with the reference's, on different nodes. */
    private void gather() {
        writers.add(withJavaClient("writer", paper, false));
        writers.add(withStockClient("stock writer", paper, false, 0));
        writers.add(withStockClient("another stock writer", paper, false, 1));
        members.add(withJavaClient("member", room, true));
        members.add(withStockClient("stock member", room, true, 0));
        members.add(withStockClient("another stock member", room, true, 1));
        everyone()
                .forEach(person -> assertThat(RawClient.await(person.connect())).isTrue());
    }

    private Person withJavaClient(String name, String documentId, boolean isRelay) {
        return Person.withJavaClient(vertx, name, documentId, isRelay, ports);
    }

    private Person withStockClient(String name, String documentId, boolean isRelay, int node) {
        return Person.withStockClient(vertx, name, documentId, isRelay, () -> ports.get(node), () -> NOBODY);
    }

    private List<Person> everyone() {
        List<Person> all = new ArrayList<>(writers);
        all.addAll(members);
        return all;
    }

    /** @return how many letters each document has more */
    private int type(int letters) {
        for (int i = 0; i < letters; i++) {
            RawClient.await(writers.get(random.nextInt(writers.size())).type(random));
            RawClient.await(members.get(random.nextInt(members.size())).type(random));
        }
        return letters;
    }

    private void everybodyShows(int letters) {
        for (List<Person> group : List.of(writers, members)) {
            within(PATIENCE_SECONDS, "all are settled and equal", () -> {
                // All are asked, because asking makes a stock client that has given up try again.
                long settled = group.stream().filter(Person::isSettled).count();
                List<String> contents = group.stream()
                        .map(person -> RawClient.await(person.content()))
                        .distinct()
                        .toList();
                return settled == group.size()
                        && contents.size() == 1
                        && contents.get(0).length() == letters;
            });
        }
    }

    private byte[] backUp(String uri) {
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            withStore(uri, store -> DocumentArchive.write(store, out));
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DocumentArchive.Restored restore(byte[] backup, String uri) throws IOException {
        try (InputStream in = new ByteArrayInputStream(backup)) {
            return withStore(uri, store -> DocumentArchive.restore(in, store));
        }
    }

    private interface StoreAction<T> {
        T run(PostgresDocumentStore store) throws IOException;
    }

    private <T> T withStore(String uri, StoreAction<T> action) throws IOException {
        PostgresDocumentStore store = new PostgresDocumentStore(vertx, PostgresStoreOptions.at(uri));
        join(store.open());
        try {
            return action.run(store);
        } finally {
            join(store.close());
        }
    }

    private static void join(Future<?> future) {
        future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }
}
