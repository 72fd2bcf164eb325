package dev.weft.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.Welcome;
import dev.weft.server.kit.ChildProcess;
import dev.weft.server.kit.RawClient;
import dev.weft.testkit.stock.Blobs;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One session stops reading while others write, to a node whose heap and whose buffers outside of it have not the room
 * to keep for the reader what it does not read. The whole 50 MB: {@code -Dweft.slowReader.megabytes=50}.
 */
@Timeout(value = 380, unit = TimeUnit.SECONDS)
class SlowReaderIT {
    private static final int MEGABYTES = Integer.getInteger("weft.slowReader.megabytes", 50);
    private static final int CHANGE_BYTES = 64 << 10;
    private static final int CHANGES = MEGABYTES * (1 << 20) / CHANGE_BYTES;
    private static final List<String> LITTLE_MEMORY = List.of("-Xmx224m", "-XX:MaxDirectMemorySize=40m");

    /** Slower than without the reader by this factor, and then some for a busy machine, and something is wrong. */
    private static final int SLOWDOWN_MAX = 8;

    private static final long SLACK_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Vertx vertx = Vertx.vertx();
    private final String documentId = "slow-" + UUID.randomUUID();
    private final Document document = new Document(PeerId.of(UUID.randomUUID()));
    private final MapHandler<String> map = new MapHandler<>(document, "map", DartType.STRING);
    private final List<Change> made = new ArrayList<>();
    private ChildProcess node;

    @BeforeEach
    void startNode() throws IOException {
        node = ChildProcess.start(SlowReaderNode.class, LITTLE_MEMORY, List.of());
        document.onLocalChange(made::add);
    }

    @AfterEach
    void stopNode() {
        node.close();
        RawClient.await(vertx.close());
    }

    private RawClient connect() {
        return RawClient.connect(vertx, node.port());
    }

    private RawClient join() {
        RawClient client = connect();
        client.send(new HandshakeRequest(documentId, PeerId.of(UUID.randomUUID()), VersionVector.EMPTY, Set.of()));
        client.next(HandshakeResponse.class);
        return client;
    }

    private Change edit() {
        String value = made.size() + "y".repeat(CHANGE_BYTES);
        map.set("key", value);
        return made.get(made.size() - 1);
    }

    @Test
    void aDocumentStaysBoundedOthersGoOnAndTheReaderIsCompleteLater() {
        RawClient writer = join();
        RawClient other = join();
        long alone = write(writer, other, CHANGES / 10);
        RawClient slow = join();
        Set<OperationId> missed = new HashSet<>();
        slow.socket().pause();
        int before = made.size();
        long together = write(writer, other, CHANGES);
        made.subList(before, made.size()).forEach(change -> missed.add(change.id()));
        report("document", alone, together);
        assertThat(node.isAlive()).as("the node, with little memory").isTrue();
        assertThat(together).isLessThan(alone * 10 * SLOWDOWN_MAX + SLACK_NANOS);

        slow.socket().resume();
        Set<OperationId> seen = new HashSet<>();
        while (!seen.containsAll(missed)) {
            for (Change change : changesIn(slow.next())) {
                assertThat(seen.add(change.id()))
                        .as(change.id() + " comes once")
                        .isTrue();
            }
        }
        assertThat(node.isAlive()).isTrue();
    }

    /** Each change is sent, and waited for on the other connection. */
    private long write(RawClient writer, RawClient other, int count) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            Change change = edit();
            writer.send(new ChangeMessage(documentId, change));
            other.next(ChangeMessage.class, arrived -> arrived.change().id().equals(change.id()));
        }
        return System.nanoTime() - start;
    }

    private static List<Change> changesIn(Message message) {
        if (message instanceof ChangeMessage change) {
            return List.of(change.change());
        } else if (message instanceof ChangesMessage changes) {
            return changes.changes();
        } else if (message instanceof DocumentStatus status) {
            return status.changes();
        }
        return List.of();
    }

    @Test
    void aRoomStaysBoundedOthersGoOnAndTheReaderIsCompleteLater() {
        RawClient writer = enter();
        RawClient other = enter();
        long alone = push(writer, other, CHANGES / 10);
        RawClient slow = enter();
        slow.socket().pause();
        int before = made.size();
        long together = push(writer, other, CHANGES);
        report("room", alone, together);
        assertThat(node.isAlive()).as("the node, with little memory").isTrue();
        assertThat(together).isLessThan(alone * 10 * SLOWDOWN_MAX + SLACK_NANOS);

        slow.socket().resume();
        long held = before;
        while (held < made.size()) {
            RelayChanges changes = slow.next(RelayChanges.class);
            assertThat(changes.seq() - changes.changes().size())
                    .as("no gap, and nothing twice")
                    .isEqualTo(held);
            held = changes.seq();
        }
        assertThat(node.isAlive()).isTrue();
    }

    private RawClient enter() {
        RawClient client = connect();
        client.send(new Hello(documentId, PeerId.of(UUID.randomUUID()), Set.of()));
        client.next(Welcome.class);
        return client;
    }

    private long push(RawClient writer, RawClient other, int count) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            writer.send(new Push(documentId, List.of(Blobs.of(edit()))));
            writer.next(Ack.class);
            other.next(RelayChanges.class);
        }
        return System.nanoTime() - start;
    }

    private static void report(String what, long alone, long together) {
        System.out.printf(
                "slow reader of a %s: %d changes of 64 KB in %d ms, %d before in %d ms%n",
                what, CHANGES, together / 1_000_000, CHANGES / 10, alone / 1_000_000);
    }
}
