package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.server.kit.ProcessCluster;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestDatabase;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three processes over a real PostgreSQL; the owner of a document is killed while others write. */
@Timeout(180)
class OwnerKilledFaultIT {
    private static final int EDITS_BEFORE = 200;
    private static final int EDITS_AFTER = 200;

    /** A client that writes one change after the other and notes what the server says of each. */
    private static final class Writer {
        final RawClient client;
        final Document replica = new Document(PeerId.of(UUID.randomUUID()));
        final TextHandler text = new TextHandler(replica, "text");
        final List<Change> written = new ArrayList<>();
        final Map<OperationId, Integer> seen = new HashMap<>();
        final Set<OperationId> acknowledged = new HashSet<>();

        Writer(RawClient client, String documentId) {
            this.client = client;
            replica.onLocalChange(written::add);
            client.send(new HandshakeRequest(
                    documentId, replica.peerId(), replica.versionVector(), Set.of(Capability.ACK)));
            client.next(HandshakeResponse.class);
        }

        void write(String documentId) {
            text.insert(0, "x");
            client.send(new ChangeMessage(documentId, written.get(written.size() - 1)));
        }

        /** Takes messages until everything written is acknowledged. */
        void awaitAcknowledged() {
            while (acknowledged.size() < written.size()) {
                take(client.next());
            }
        }

        void take(Message message) {
            if (message instanceof DurableMessage durable) {
                written.stream()
                        .map(Change::id)
                        .filter(durable.versionVector()::covers)
                        .forEach(acknowledged::add);
            } else if (message instanceof ChangeMessage change) {
                see(change.change());
            } else if (message instanceof ChangesMessage changes) {
                changes.changes().forEach(this::see);
            } else if (message instanceof DocumentStatus status) {
                status.changes().forEach(this::see);
            }
        }

        private void see(Change change) {
            seen.merge(change.id(), 1, Integer::sum);
        }
    }

    @Test
    void nothingAcknowledgedIsLostAndNoSocketElsewhereCloses() {
        Vertx vertx = Vertx.vertx();
        String documentId = "doc-" + UUID.randomUUID();
        try (ProcessCluster cluster = ProcessCluster.start(3, TestDatabase.sharedUri())) {
            // The node where a document is first opened owns it.
            Writer onOwner = new Writer(RawClient.connect(vertx, cluster.port(0)), documentId);
            Writer a = new Writer(RawClient.connect(vertx, cluster.port(1)), documentId);
            Writer b = new Writer(RawClient.connect(vertx, cluster.port(2)), documentId);
            for (int i = 0; i < EDITS_BEFORE; i++) {
                onOwner.write(documentId);
                a.write(documentId);
                b.write(documentId);
            }
            onOwner.awaitAcknowledged();

            long killedAt = System.nanoTime();
            cluster.kill(0);
            a.write(documentId);
            int beforeKill = a.written.size();
            while (!a.acknowledged.contains(a.written.get(beforeKill - 1).id())) {
                a.take(a.client.next());
            }
            System.out.printf(
                    "acknowledged again %d ms after the owner was killed%n",
                    (System.nanoTime() - killedAt) / 1_000_000);
            for (int i = 0; i < EDITS_AFTER; i++) {
                a.write(documentId);
                b.write(documentId);
            }
            a.awaitAcknowledged();
            b.awaitAcknowledged();
            assertThat(a.client.socket().isClosed()).isFalse();
            assertThat(b.client.socket().isClosed()).isFalse();

            Set<OperationId> everything = new HashSet<>(onOwner.acknowledged);
            everything.addAll(a.acknowledged);
            everything.addAll(b.acknowledged);
            try (RawClient fresh = RawClient.connect(vertx, cluster.port(2))) {
                assertThat(everythingIn(fresh, documentId, everything.size())).containsAll(everything);
            }
            // Each of the survivors was told of everybody else's changes exactly once.
            for (Writer writer : List.of(a, b)) {
                Set<OperationId> others = new HashSet<>(everything);
                others.removeAll(writer.acknowledged);
                while (!writer.seen.keySet().containsAll(others)) {
                    writer.take(writer.client.next());
                }
                assertThat(writer.seen)
                        .allSatisfy(
                                (id, times) -> assertThat(times).as("%s", id).isEqualTo(1));
            }
        } finally {
            RawClient.await(vertx.close());
        }
    }

    private static Set<OperationId> everythingIn(RawClient fresh, String documentId, int count) {
        Set<OperationId> ids = new HashSet<>();
        fresh.send(new HandshakeRequest(
                documentId,
                PeerId.of(UUID.randomUUID()),
                new Document(PeerId.of(UUID.randomUUID())).versionVector(),
                Set.of()));
        fresh.next(HandshakeResponse.class).changes().forEach(change -> ids.add(change.id()));
        while (ids.size() < count) {
            Message message = fresh.next();
            if (message instanceof DocumentStatus status) {
                status.changes().forEach(change -> ids.add(change.id()));
            } else if (message instanceof ChangeMessage change) {
                ids.add(change.change().id());
            }
        }
        return ids;
    }
}
