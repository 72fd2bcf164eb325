package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.client.connection.Timing;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.testkit.FreePorts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weft run} with a data folder, killed with -9 while people write, and started again. */
class NodeKilledFaultIT {
    private static final int ROUNDS = Integer.getInteger("weft.rounds", 2);
    private static final int WRITERS = 3;
    private static final int CONFIRMED_PER_ROUND = 60;
    private static final long PATIENCE_SECONDS = Long.getLong("patience", 120);

    @TempDir
    private Path folder;

    private Vertx vertx;
    private NodeProcess node;
    private int port;

    @BeforeEach
    void startVertx() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        if (node != null) {
            node.kill();
        }
        await(vertx.close());
    }

    private void startNode(int round) throws IOException, InterruptedException {
        port = FreePorts.one();
        node = NodeProcess.start(
                "node",
                folder.resolve("node-" + round + ".log"),
                List.of(
                        "run",
                        "--stop-with-input",
                        "--host=127.0.0.1",
                        "--port=" + port,
                        "--store=embedded",
                        "--data=" + folder.resolve("data")));
        node.awaitReady(PATIENCE_SECONDS);
    }

    @Test
    void servesEveryAcknowledgedChangeAfterItWasKilledAndStartedAgain() throws Exception {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        for (int round = 0; round < ROUNDS; round++) {
            startNode(round);
            requireAll(acknowledged);
            writeUntilKilled(round, acknowledged);
        }
        startNode(ROUNDS);
        requireAll(acknowledged);
    }

    private void writeUntilKilled(int round, Set<String> acknowledged) {
        List<Replica> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Replica());
        }
        int goal = acknowledged.size() + CONFIRMED_PER_ROUND;
        int words = 0;
        while (acknowledged.size() < goal) {
            String word = "<" + round + "." + words + ">";
            writers.get(words++ % WRITERS).prepend(word).onSuccess(durable -> acknowledged.add(word));
            // A few at a time on their way, so that the end comes in the middle of some.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            assertThat(words).isLessThan(100_000);
        }
        node.kill();
        // What the writers still know must not come back from them.
        writers.forEach(writer -> await(writer.client.close()));
    }

    private void requireAll(Set<String> acknowledged) {
        Replica reader = new Replica();
        eventually(() -> acknowledged.stream().allMatch(reader.text()::contains));
        await(reader.client.close());
    }

    /** A client with one text. */
    private final class Replica {
        private final FugueTextHandler handler;
        private final SyncClient client;

        Replica() {
            Document document = new Document(DocumentOptions.builder().build());
            handler = new FugueTextHandler(document, "text");
            client = SyncClient.create(
                    vertx,
                    document,
                    ClientOptions.builder("paper")
                            .endpoints("ws://127.0.0.1:" + port)
                            .timing(Timing.DEFAULT.withConnectTimeout(60_000).withHandshakeTimeout(60_000))
                            .build());
            assertThat(await(client.connect())).isTrue();
        }

        /** At the start, so that no word of another is split. */
        Future<Void> prepend(String word) {
            return client.edit(document -> handler.insert(0, word)).durable();
        }

        String text() {
            return await(client.execute(document -> handler.value()));
        }
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void eventually(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("what was acknowledged must be served again")
                    .isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
