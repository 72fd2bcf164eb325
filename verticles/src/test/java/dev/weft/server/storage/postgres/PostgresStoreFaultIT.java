package dev.weft.server.storage.postgres;

import static dev.weft.server.storage.Futures.await;
import static dev.weft.server.storage.Futures.failureOf;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.kit.CuttingProxy;
import dev.weft.server.kit.TestDatabase;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.OutcomeUnknownException;
import dev.weft.server.storage.StaleEpochException;
import dev.weft.server.storage.StoreException;
import dev.weft.server.storage.StoreOpenException;
import dev.weft.server.storage.StoreUnavailableException;
import dev.weft.testkit.PostgresServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The database is killed, cut off, gone for long, or never there. */
class PostgresStoreFaultIT {
    private static final int DOCUMENTS = 20;

    private static Vertx vertx;
    private static PostgresServer server;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        server = TestDatabase.start();
    }

    @AfterAll
    static void stop() {
        await(vertx.close());
        if (server != null) {
            server.close();
        }
    }

    private static PostgresDocumentStore open(PostgresStoreOptions options) {
        var store = new PostgresDocumentStore(vertx, options);
        await(store.open());
        return store;
    }

    private static PostgresStoreOptions options(String schema) {
        return PostgresStoreOptions.at(server.uri()).withSchema(schema);
    }

    private static DocumentKey key(int number) {
        return DocumentKey.aware("document-" + number);
    }

    private static List<byte[]> blob(long position) {
        return List.of(("blob " + position).getBytes(UTF_8));
    }

    /** Appends one after the other until an append fails; the last acknowledged position, and why it ended. */
    private static final class Author {
        private final DocumentStore store;
        private final DocumentKey key;
        private final long epoch;
        private volatile long acknowledged;
        private volatile boolean stopping;

        Author(DocumentStore store, DocumentKey key) {
            this.store = store;
            this.key = key;
            this.epoch = await(store.claim(key, true));
        }

        Future<Throwable> write() {
            long next = acknowledged + 1;
            return store.append(key, epoch, next, blob(next)).transform(outcome -> {
                if (outcome.failed()) {
                    return Future.succeededFuture(outcome.cause());
                }
                acknowledged = next;
                return stopping ? Future.succeededFuture(null) : write();
            });
        }
    }

    private static void awaitProgress(List<Author> authors, long by) {
        var goals = authors.stream().map(author -> author.acknowledged + by).toList();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        for (int i = 0; i < authors.size(); i++) {
            while (authors.get(i).acknowledged < goals.get(i)) {
                assertThat(System.nanoTime()).as("writes must go on").isLessThan(deadline);
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private static void assertLogHolds(DocumentStore store, DocumentKey key, long acknowledged, long lastMax) {
        long epoch = await(store.claim(key, false));
        var positions = new ArrayList<Long>();
        await(store.readAll(
                key,
                epoch,
                0,
                page -> page.forEach(entry -> {
                    positions.add(entry.position());
                    assertThat(entry.blob()).asString(UTF_8).isEqualTo("blob " + entry.position());
                })));
        assertThat(positions)
                .hasSizeBetween((int) acknowledged, (int) lastMax)
                .isEqualTo(IntStream.rangeClosed(1, positions.size())
                        .mapToObj(Long::valueOf)
                        .toList());
        assertThat(await(store.find(key)).orElseThrow().entryCount()).isEqualTo(positions.size());
    }

    // Rows of a newer schema may mean what this version would misread, so it must not begin to.
    @Test
    void aSchemaOfANewerVersionIsRefusedAndLeftAlone() throws Exception {
        await(open(options("newer")).close());
        try (var connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres", "weft", "");
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("insert into newer.weft_schema_history (installed_rank, version,"
                            + " description, type, script, checksum, installed_by, execution_time, success)"
                            + " values (1000, '1000', 'to come', 'SQL', 'V1000__to_come.sql', 1, 'test', 1, true)"))
                    .isEqualTo(1);
        }
        var store = new PostgresDocumentStore(vertx, options("newer"));
        assertThat(failureOf(store.open(), StoreOpenException.class))
                .hasMessageContaining("cannot be used by this version");
        await(store.close());
    }

    @Test
    void writesOutliveACrashOfTheServer() {
        var store = open(options("crash"));
        var authors = IntStream.range(0, DOCUMENTS)
                .mapToObj(i -> new Author(store, key(i)))
                .toList();
        var ends = authors.stream().map(Author::write).toList();
        for (int round = 0; round < 2; round++) {
            awaitProgress(authors, 20);
            server.kill();
            server.startAgain();
        }
        awaitProgress(authors, 20);
        authors.forEach(author -> author.stopping = true);
        ends.forEach(end -> assertThat(await(end)).isNull());
        authors.forEach(author -> assertLogHolds(store, author.key, author.acknowledged, author.acknowledged));
        await(store.close());
    }

    @Test
    void writesOutliveCutConnections() throws SQLException {
        var store = open(options("cut"));
        var authors = IntStream.range(0, DOCUMENTS)
                .mapToObj(i -> new Author(store, key(i)))
                .toList();
        var ends = authors.stream().map(Author::write).toList();
        for (int round = 0; round < 5; round++) {
            awaitProgress(authors, 10);
            cutConnections();
        }
        awaitProgress(authors, 10);
        authors.forEach(author -> author.stopping = true);
        ends.forEach(end -> assertThat(await(end)).isNull());
        authors.forEach(author -> assertLogHolds(store, author.key, author.acknowledged, author.acknowledged));
        await(store.close());
    }

    private static void cutConnections() throws SQLException {
        try (var connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres", "weft", "");
                var statement = connection.createStatement()) {
            statement.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'weft'");
        }
    }

    @Test
    void aServerThatStaysAwayIsReportedAndNeverTakenForSuccess() {
        var store = open(options("away").withPatience(1_000, 500));
        var authors = IntStream.range(0, DOCUMENTS)
                .mapToObj(i -> new Author(store, key(i)))
                .toList();
        var ends = authors.stream().map(Author::write).toList();
        awaitProgress(authors, 10);
        server.kill();
        for (var end : ends) {
            assertThat(await(end)).isInstanceOfAny(StoreUnavailableException.class, OutcomeUnknownException.class);
            assertThat(((StoreException) await(end)).isRetrySafe()).isTrue();
        }
        // By now the store knows: it does not make anybody wait.
        failureOf(store.append(key(0), 1, 1, blob(1)), StoreUnavailableException.class);
        failureOf(store.claim(key(0), true), StoreUnavailableException.class);
        failureOf(store.find(key(0)), StoreUnavailableException.class);

        server.startAgain();
        for (var author : authors) {
            long next = author.acknowledged + 1;
            // The outcome of the last write is unknown; its repetition decides it.
            await(untilAvailable(store, author, next));
            assertLogHolds(store, author.key, next, next);
        }
        await(store.close());
    }

    private static Future<Void> untilAvailable(DocumentStore store, Author author, long position) {
        return store.append(author.key, author.epoch, position, blob(position))
                .recover(e -> e instanceof StoreUnavailableException
                        ? vertx.timer(20, TimeUnit.MILLISECONDS).compose(v -> untilAvailable(store, author, position))
                        : Future.failedFuture(e));
    }

    @Test
    void twoNodesFenceEachOther() {
        var one = open(options("fence"));
        var two = open(options("fence"));
        assertThat(one.isShared()).isTrue();
        var old = new Author(one, key(0));
        var end = old.write();
        awaitProgress(List.of(old), 50);
        long epoch = await(two.claim(key(0), false));
        assertThat(epoch).isEqualTo(old.epoch + 1);
        assertThat(await(end)).isInstanceOf(StaleEpochException.class);
        var last = await(two.load(key(0), epoch)).info().lastPosition();
        // Nothing of the old owner slips in behind the claim.
        assertThat(last).isEqualTo(old.acknowledged);
        await(two.append(key(0), epoch, last + 1, blob(last + 1)));
        failureOf(one.compact(key(0), old.epoch, new byte[1], 1), StaleEpochException.class);
        failureOf(one.delete(key(0), old.epoch), StaleEpochException.class);
        assertLogHolds(two, key(0), last + 1, last + 1);
        await(one.close());
        await(two.close());
    }

    @Test
    void nodesClaimingTheSameDocumentsAtOnceReceiveDifferentEpochs() {
        var one = open(options("race"));
        var two = open(options("race"));
        var claims = new ArrayList<Future<Long>>();
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < DOCUMENTS; i++) {
                claims.add((round % 2 == 0 ? one : two).claim(key(i), true));
                claims.add((round % 2 == 0 ? two : one).claim(key(DOCUMENTS - 1 - i), true));
            }
        }
        await(Future.all(claims));
        var epochs = claims.stream().map(Future::result).toList();
        for (long epoch = 1; epoch <= 40; epoch++) {
            assertThat(epochs).filteredOn(Long.valueOf(epoch)::equals).hasSize(DOCUMENTS);
        }
        await(one.close());
        await(two.close());
    }

    @Test
    void aFewConnectionsThatFailDoNotEndTheStart() {
        var proxy = new CuttingProxy(vertx, server.port());
        // Those of the store itself: two lanes, a read, and two of them once more. The migration's come before.
        proxy.refuse(5, begin -> begin.toString(US_ASCII).contains("application_name\0weft\0"));
        var store = open(PostgresStoreOptions.at("postgresql://weft@localhost:" + proxy.port() + "/postgres")
                .withSchema("patient"));
        assertThat(proxy.refusalsLeft()).isZero();
        await(store.claim(key(0), true));
        await(store.close());
    }

    @Test
    void aServerThatIsNotThereIsNamedAtTheStart() {
        var store = new PostgresDocumentStore(
                vertx,
                PostgresStoreOptions.at("postgresql://weft:secret@127.0.0.1:1/postgres")
                        .withPatience(1_000, 1_000));
        assertThat(failureOf(store.open(), StoreOpenException.class))
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageNotContaining("secret");
        await(store.close());
    }
}
