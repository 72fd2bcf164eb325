package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.client.connection.Timing;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.PostgresServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes over one database are replaced one after the other while clients write. {@code -Dweft.previous=FOLDER} begins with the
 * nodes of another checkout, which {@code ./weft help} has built there; {@code deploy/rehearse-upgrade} does both.
 */
class RollingUpgradeIT {
    private static final Path PREVIOUS =
            System.getProperty("weft.previous", "").isEmpty() ? null : Path.of(System.getProperty("weft.previous"));
    private static final int NODES = PREVIOUS == null ? 2 : 3;
    private static final int STARTS_MAX = 3;
    private static final int DOCUMENTS = 6;
    private static final int WRITE_MILLIS = 25;
    private static final long PATIENCE_SECONDS = Long.getLong("patience", 120);

    @TempDir
    private static Path logs;

    private final Vertx vertx = Vertx.vertx();
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<Writer> writers = new ArrayList<>();
    private int[] ports;
    private String database;

    @AfterEach
    void stop() {
        writers.forEach(writer -> await(writer.client.close()));
        nodes.forEach(NodeProcess::stop);
        await(vertx.close());
    }

    @Test
    void documentsMoveToTheNewNodesAndNothingIsLost() throws Exception {
        Assumptions.assumeTrue(PostgresServer.isSharedAvailable(), "no PostgreSQL for this platform");
        database = newDatabase(PostgresServer.sharedUri());
        ports = FreePorts.inARow(3 * NODES).stream().mapToInt(Integer::intValue).toArray();
        List<String> previous = PREVIOUS == null ? List.of() : List.of("-cp", classPathOf(PREVIOUS));
        for (int i = 0; i < NODES; i++) {
            nodes.add(startReady(i, previous));
        }
        String documents = UUID.randomUUID().toString();
        for (int i = 0; i < 2 * DOCUMENTS; i++) {
            writers.add(new Writer(documents + "-" + i % DOCUMENTS, i));
        }
        writers.forEach(Writer::start);
        for (int i = 0; i < NODES; i++) {
            awaitMoreEdits();
            nodes.get(i).stop();
            awaitMoreEdits();
            nodes.set(i, startReady(i, List.of()));
        }
        awaitMoreEdits();
        writers.forEach(writer -> await(writer.finish()));
        for (int i = 0; i < DOCUMENTS; i++) {
            assertThatAllReadTheSame(documents + "-" + i);
        }
        System.out.println(writers.stream().mapToInt(writer -> writer.written).sum() + " edits while " + NODES
                + " nodes were replaced, all there");
    }

    private void awaitMoreEdits() {
        List<Integer> before = writers.stream().map(writer -> writer.confirmed).toList();
        eventually(
                () -> IntStream.range(0, writers.size()).allMatch(i -> writers.get(i).confirmed > before.get(i)),
                () -> "confirmed " + before + ", then "
                        + writers.stream().map(Writer::describe).toList());
    }

    private void assertThatAllReadTheSame(String documentId) {
        List<Writer> of = writers.stream()
                .filter(writer -> writer.documentId.equals(documentId))
                .toList();
        Writer reader = new Writer(documentId, 1_000);
        writers.add(reader);
        await(reader.client.connect());
        eventually(
                () -> of.stream().allMatch(writer -> writer.text().equals(reader.text())),
                () -> reader.text() + "\n" + of.stream().map(Writer::text).collect(Collectors.joining("\n")));
        String text = reader.text();
        for (Writer writer : of) {
            for (int number = 0; number < writer.written; number++) {
                assertThat(text).containsOnlyOnce(writer.token(number));
            }
        }
    }

    /** Inserts one token after the other, whatever happens to its node. */
    private final class Writer {
        final String documentId;
        final SyncClient client;
        private final int number;
        private final FugueTextHandler handler;
        private final List<Future<Void>> durable = new ArrayList<>();
        private volatile boolean finishing;
        private volatile int confirmed;
        private volatile int written;

        Writer(String documentId, int number) {
            this.documentId = documentId;
            this.number = number;
            Document document = new Document(
                    DocumentOptions.builder().documentId(documentId).build());
            handler = new FugueTextHandler(document, "text");
            List<String> endpoints = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                endpoints.add("ws://127.0.0.1:" + ports[(number + i) % NODES]);
            }
            ClientOptions options = ClientOptions.builder(documentId)
                    .endpoints(endpoints.toArray(String[]::new))
                    .timing(Timing.DEFAULT.withConnectTimeout(60_000).withHandshakeTimeout(60_000))
                    .build();
            client = SyncClient.create(vertx, document, options);
        }

        void start() {
            assertThat(await(client.connect())).isTrue();
            client.context().runOnContext(ignored -> write());
        }

        private void write() {
            if (finishing) {
                return;
            }
            String token = token(written);
            written++;
            durable.add(
                    client.edit(document -> handler.insert(0, token)).durable().onSuccess(stored -> confirmed++));
            vertx.timer(WRITE_MILLIS).onComplete(over -> client.context().runOnContext(ignored -> write()));
        }

        Future<?> finish() {
            return client.execute(document -> {
                        finishing = true;
                        return List.copyOf(durable);
                    })
                    .compose(Future::all);
        }

        String token(int which) {
            return "<" + number + "." + which + ">";
        }

        String text() {
            return await(client.execute(document -> handler.value()));
        }

        String describe() {
            return client.status() + " " + confirmed + "/" + written;
        }
    }

    /** As whoever runs nodes does: one whose database did not answer in time, on a machine with much to do, is started again. */
    private NodeProcess startReady(int index, List<String> jvmFlags) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            NodeProcess node = start(index, jvmFlags);
            try {
                node.awaitReady(PATIENCE_SECONDS);
                return node;
            } catch (CommandFailedException e) {
                node.stop();
                if (attempt == STARTS_MAX || !String.valueOf(e.getMessage()).contains("database")) {
                    throw e;
                }
            }
        }
    }

    private NodeProcess start(int index, List<String> jvmFlags) throws IOException {
        String members = IntStream.range(0, NODES)
                .mapToObj(i -> "127.0.0.1:" + ports[NODES + i])
                .collect(Collectors.joining(","));
        return NodeProcess.start(
                "node-" + index,
                logs.resolve("node-" + index + "-" + UUID.randomUUID() + ".log"),
                List.of(),
                jvmFlags,
                List.of(
                        "run",
                        "--stop-with-input",
                        "--host=127.0.0.1",
                        "--port=" + ports[index],
                        "--store=postgres",
                        "--postgres-url=" + database,
                        "--cluster-name=test-" + ports[0],
                        "--node-name=node-" + index,
                        "--join=" + members,
                        "--hazelcast-port=" + ports[NODES + index],
                        "--bus-port=" + ports[2 * NODES + index]));
    }

    private static String classPathOf(Path checkout) throws IOException {
        Path cli = checkout.resolve("cli").resolve("target");
        return cli.resolve("classes") + File.pathSeparator + Files.readString(cli.resolve("classpath"));
    }

    /** One of its own, because both versions use the schema they use by default. */
    private static String newDatabase(String uri) throws Exception {
        String name = "upgrade_" + UUID.randomUUID().toString().replace("-", "");
        String address = uri.substring(uri.indexOf('@') + 1, uri.lastIndexOf('/'));
        try (Connection connection =
                DriverManager.getConnection("jdbc:postgresql://" + address + "/postgres", "weft", "")) {
            connection.createStatement().execute("CREATE DATABASE " + name);
        }
        return uri.substring(0, uri.lastIndexOf('/') + 1) + name;
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void eventually(BooleanSupplier condition, java.util.function.Supplier<String> otherwise) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not so within " + PATIENCE_SECONDS + " s: " + otherwise.get());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
