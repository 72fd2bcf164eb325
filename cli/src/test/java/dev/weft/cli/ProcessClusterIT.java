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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes as three processes, as {@code ./weft cluster 3} starts them, with a client on each. The tests share the
 * cluster and kill a node each, so they run in order: first all are there, then one that owns nothing dies, then the
 * owner.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ProcessClusterIT {
    private static final int NODES = 3;
    private static final long PATIENCE_SECONDS = Long.getLong("patience", 120);

    @TempDir
    private static Path logs;

    private static final List<NodeProcess> nodes = new ArrayList<>();
    private static int[] ports;
    private static Vertx vertx;

    private final List<Replica> replicas = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        vertx = Vertx.vertx();
        ports = FreePorts.inARow(NODES * 3).stream().mapToInt(Integer::intValue).toArray();
        nodes.add(startNode(0));
        nodes.get(0).awaitJoined(PATIENCE_SECONDS);
        for (int i = 1; i < NODES; i++) {
            nodes.add(startNode(i));
        }
        for (NodeProcess node : nodes) {
            node.awaitReady(PATIENCE_SECONDS);
        }
    }

    private static NodeProcess startNode(int index) throws IOException {
        String members = IntStream.range(0, NODES)
                .mapToObj(i -> "127.0.0.1:" + ports[NODES + i])
                .collect(Collectors.joining(","));
        return NodeProcess.start(
                "node-" + index,
                logs.resolve("node-" + index + ".log"),
                List.of(
                        "run",
                        "--stop-with-input",
                        "--host=127.0.0.1",
                        "--port=" + ports[index],
                        "--store=memory",
                        "--cluster-name=test-" + ports[0],
                        "--node-name=node-" + index,
                        "--join=" + members,
                        "--hazelcast-port=" + ports[NODES + index],
                        "--bus-port=" + ports[2 * NODES + index],
                        "--await-members=" + NODES,
                        "--allow-unshared-store"));
    }

    @AfterAll
    static void stop() {
        nodes.forEach(NodeProcess::stop);
        await(vertx.close());
    }

    @AfterEach
    void close() {
        replicas.forEach(replica -> await(replica.client.close()));
    }

    @Test
    @Order(1)
    void clientsOfAllNodesReadTheSameAfterConcurrentEdits() {
        String documentId = newDocument();
        for (int node = 0; node < NODES; node++) {
            join(node, documentId);
        }
        for (int round = 0; round < 40; round++) {
            for (int i = 0; i < NODES; i++) {
                replicas.get(i).insertAtAnEnd("<" + i + "." + round + ">");
            }
        }
        assertConverged();
        for (int i = 0; i < NODES; i++) {
            for (int round = 0; round < 40; round++) {
                assertThat(replicas.get(0).text()).contains("<" + i + "." + round + ">");
            }
        }
    }

    @Test
    @Order(2)
    void aNodeThatOwnsNothingIsNotMissed() {
        String documentId = newDocument();
        // Whoever comes first makes its node the owner.
        join(0, documentId);
        join(1, documentId);
        replicas.get(0).insertAtAnEnd("before");
        assertConverged();
        nodes.get(2).kill();
        replicas.get(0).insertAtAnEnd("after");
        replicas.get(1).insertAtAnEnd("and after");
        assertConverged();
        assertThat(replicas.get(0).text()).contains("before", "after", "and after");
    }

    // The store of the dead node is gone with it. What it had comes back from the clients, whose sockets to the node
    // that is left stay open.
    @Test
    @Order(3)
    void theDocumentsOfADeadOwnerAreServedByAnotherNode() {
        String documentId = newDocument();
        join(0, documentId);
        Replica one = join(1, documentId);
        Replica other = join(1, documentId);
        replicas.get(0).insertAtAnEnd("from the client of the owner");
        assertConverged();
        nodes.get(0).kill();
        one.insertAtAnEnd("written by one");
        other.insertAtAnEnd("written by the other");
        replicas.remove(0).client.close();
        assertConverged();
        assertThat(one.text()).contains("from the client of the owner", "written by one", "written by the other");

        Replica late = join(1, documentId);
        eventually(() -> late.text().equals(one.text()), () -> "late: " + late.text() + "\none: " + one.text());
    }

    private void assertConverged() {
        eventually(
                () -> replicas.stream().allMatch(Replica::isSettled)
                        && replicas.stream().map(Replica::text).distinct().count() == 1,
                () -> replicas.stream().map(Replica::describe).collect(Collectors.joining("\n")));
    }

    private Replica join(int node, String documentId) {
        Replica replica = new Replica(documentId, "ws://127.0.0.1:" + ports[node]);
        replicas.add(replica);
        assertThat(await(replica.client.connect())).isTrue();
        return replica;
    }

    private static String newDocument() {
        return "doc-" + UUID.randomUUID();
    }

    /** A client with one text. */
    private static final class Replica {
        final SyncClient client;
        private final FugueTextHandler handler;
        private final List<Future<Void>> unconfirmed = new ArrayList<>();

        Replica(String documentId, String url) {
            Document document = new Document(
                    DocumentOptions.builder().documentId(documentId).build());
            handler = new FugueTextHandler(document, "text");
            ClientOptions options = ClientOptions.builder(documentId)
                    .endpoints(url)
                    .timing(Timing.DEFAULT.withConnectTimeout(60_000).withHandshakeTimeout(60_000))
                    .build();
            client = SyncClient.create(vertx, document, options);
        }

        /** At either end in turn, so that no word of another is split. */
        void insertAtAnEnd(String text) {
            boolean atStart = unconfirmed.size() % 2 == 0;
            unconfirmed.add(client.edit(document -> handler.insert(atStart ? 0 : handler.length(), text))
                    .durable());
        }

        String text() {
            return await(client.execute(document -> handler.value()));
        }

        boolean isSettled() {
            return unconfirmed.stream().allMatch(Future::isComplete);
        }

        String describe() {
            return client.status() + ", settled " + isSettled() + ": " + text();
        }
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
                throw new AssertionError(
                        "Not so within " + PATIENCE_SECONDS + " s:\n" + otherwise.get() + "\n" + logs());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static String logs() {
        return nodes.stream()
                .map(node -> {
                    try {
                        return node.name() + ":\n" + Files.readString(node.log());
                    } catch (IOException e) {
                        return node.name() + ": no log";
                    }
                })
                .collect(Collectors.joining("\n"));
    }
}
