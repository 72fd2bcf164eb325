package dev.weft.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One node, real sockets, frame by frame. */
class AwareSessionIT {
    private static TestNode node;

    @BeforeAll
    static void start() {
        node = TestNode.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static RawClient connect() {
        return node.connect();
    }

    private static String newDocument() {
        return "doc-" + UUID.randomUUID();
    }

    private static HandshakeResponse join(RawClient client, String documentId, Document replica) {
        return client.handshake(documentId, replica.peerId(), replica.versionVector());
    }

    private static Document newReplica() {
        return new Document(PeerId.of(UUID.randomUUID()));
    }

    private static List<Change> edit(Document replica, String handler, String... words) {
        List<Change> changes = new ArrayList<>();
        var listening = replica.onLocalChange(changes::add);
        try {
            TextHandler text = (TextHandler) replica.handlers().get(handler);
            TextHandler target = text == null ? new TextHandler(replica, handler) : text;
            for (String word : words) {
                target.insert(target.length(), word);
            }
        } finally {
            listening.cancel();
        }
        return changes;
    }

    @Test
    void answersAHandshakeWithWhatTheClientLacks() {
        String documentId = newDocument();
        try (RawClient client = connect()) {
            Document replica = newReplica();
            HandshakeResponse response = join(client, documentId, replica);
            assertThat(response.changes()).isEmpty();
            assertThat(response.snapshot()).isNull();
            assertThat(response.sessionId()).hasSize(22);
            assertThat(response.versionVector().isEmpty()).isTrue();
            edit(replica, "text", "one", "two").forEach(change -> client.send(new ChangeMessage(documentId, change)));

            try (RawClient later = connect()) {
                awaitVersion(later, documentId, replica.versionVector());
                HandshakeResponse full = join(later, documentId, newReplica());
                assertThat(full.changes()).hasSize(2);
                assertThat(full.versionVector()).isEqualTo(replica.versionVector());
            }
        }
    }

    /** Asks until the document has reached a version; every answer is a full round trip, so this does not spin. */
    private static void awaitVersion(RawClient client, String documentId, VersionVector version) {
        DocumentStatus status;
        do {
            client.send(new DocumentStatusRequest(documentId, null));
            status = client.next(DocumentStatus.class);
        } while (!status.versionVector().dominates(version));
    }

    @Test
    void sendsAChangeToEverybodyButItsAuthor() {
        String documentId = newDocument();
        try (RawClient author = connect();
                RawClient reader = connect();
                RawClient other = connect()) {
            Document replica = newReplica();
            join(author, documentId, replica);
            join(reader, documentId, newReplica());
            join(other, documentId, newReplica());
            Change change = edit(replica, "text", "hello").get(0);
            author.send(new ChangeMessage(documentId, change));
            assertThat(reader.next(ChangeMessage.class).change()).isEqualTo(change);
            assertThat(other.next(ChangeMessage.class).change()).isEqualTo(change);

            // The echo of a stock client is absorbed: nobody hears of it again.
            reader.send(new ChangeMessage(documentId, change));
            Change second = edit(replica, "text", "again").get(0);
            author.send(new ChangeMessage(documentId, second));
            assertThat(other.next()).isEqualTo(new ChangeMessage(documentId, second));
            assertThat(author.hasNothing()).isTrue();
        }
    }

    @Test
    void takesChangesInAnyOrderWithinAFrame() {
        String documentId = newDocument();
        try (RawClient author = connect();
                RawClient reader = connect()) {
            Document replica = newReplica();
            join(author, documentId, replica);
            join(reader, documentId, newReplica());
            List<Change> changes = edit(replica, "text", "a", "b", "c");
            author.send(new ChangesMessage(documentId, List.of(changes.get(2), changes.get(0), changes.get(1))));
            for (Change change : changes) {
                assertThat(reader.next(ChangeMessage.class).change()).isEqualTo(change);
            }
        }
    }

    @Test
    void asksForWhatAChangeDependsOnAndThenAppliesIt() {
        String documentId = newDocument();
        try (RawClient author = connect();
                RawClient reader = connect()) {
            Document replica = newReplica();
            join(author, documentId, replica);
            join(reader, documentId, newReplica());
            List<Change> changes = edit(replica, "text", "a", "b");
            author.send(new ChangeMessage(documentId, changes.get(1)));
            assertThat(author.next(ErrorMessage.class).code()).isEqualTo(ErrorCode.OUT_OF_SYNC);
            author.send(new DocumentStatusRequest(documentId, replica.versionVector()));
            DocumentStatus status = author.next(DocumentStatus.class);
            assertThat(status.versionVector().isEmpty()).isTrue();
            author.send(new ChangesMessage(documentId, changes));
            assertThat(reader.next(ChangeMessage.class).change()).isEqualTo(changes.get(0));
            assertThat(reader.next(ChangeMessage.class).change()).isEqualTo(changes.get(1));
        }
    }

    @Test
    void healsASessionThatCameBackWithoutAHandshake() {
        String documentId = newDocument();
        try (RawClient author = connect();
                RawClient reader = connect()) {
            join(reader, documentId, newReplica());
            Document replica = newReplica();
            List<Change> changes = edit(replica, "text", "a");
            author.send(new ChangeMessage(documentId, changes.get(0)));
            assertThat(author.next(ErrorMessage.class).code()).isEqualTo(ErrorCode.OUT_OF_SYNC);
            author.send(new DocumentStatusRequest(documentId, replica.versionVector()));
            author.next(DocumentStatus.class);
            author.send(new ChangesMessage(documentId, changes));
            assertThat(reader.next(ChangeMessage.class).change()).isEqualTo(changes.get(0));
        }
    }

    @Test
    void answersPingsOfAnyDocument() {
        try (RawClient client = connect()) {
            client.send(new Ping("never-joined", 42, null));
            Pong pong = client.next(Pong.class);
            assertThat(pong.documentId()).isEqualTo("never-joined");
            assertThat(pong.originalTimestamp()).isEqualTo(42);
        }
    }
}
