package dev.weft.server.security;

import static dev.weft.server.security.SecureNode.assertJoinRefused;
import static dev.weft.server.security.SecureNode.assertRefused;
import static dev.weft.server.security.SecureNode.join;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.IdSource;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.limits.ConnectionLimits;
import dev.weft.server.limits.Limit;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Somebody wants to cost a node more than he may. He is refused or closed; others are served meanwhile. */
class ResourceSecurityIT {
    private static final int UPGRADE_MILLIS = 2_000;
    private static final int PENDING_MAX = 200;

    private static SecureNode node;
    private static int port;

    private final String documentId = "target-" + UUID.randomUUID();
    private Bystanders bystanders;

    @BeforeAll
    static void start() {
        ConnectionLimits limits = new ConnectionLimits(
                20_000,
                20_000,
                PENDING_MAX,
                PENDING_MAX,
                UPGRADE_MILLIS,
                UPGRADE_MILLIS,
                UPGRADE_MILLIS + 500,
                2_000,
                2_000,
                32 << 20,
                64 << 20);
        node = SecureNode.start(AuthOptions.NONE, options -> options.withConnections(limits).toBuilder()
                .documentsPerConnectionMax(3)
                .build());
        port = node.server().port();
        // What is loaded at the first connection may take longer than the others are given.
        TestCluster.eventually(ResourceSecurityIT::isServed);
    }

    private static boolean isServed() {
        try (RawClient first = connect()) {
            join(first, "first", new Author(1));
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void somebodyWorks(TestInfo test) {
        bystanders = new Bystanders(test.getDisplayName(), ResourceSecurityIT::connect);
    }

    @AfterEach
    void andGoesOn() {
        bystanders.close();
    }

    private static RawClient connect() {
        return RawClient.connect(node.server().vertx(), port);
    }

    /** As many as {@code -Dweft.halfopen=10000} says, file handles permitting: each takes two in this process. */
    @Test
    void halfOpenConnectionsTakeNobodysPlaceForLong() throws IOException {
        int count = Integer.getInteger("weft.halfopen", 500);
        long before = node.server().reached(Limit.PENDING);
        List<BareSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new BareSocket(port));
            }
            for (BareSocket socket : sockets) {
                assertThat(socket.readUntilClosed()).isEmpty();
            }
        } finally {
            sockets.forEach(BareSocket::close);
        }
        assertThat(node.server().reached(Limit.PENDING)).isGreaterThan(before);
        assertThat(node.server().reached(Limit.UPGRADE_TIME)).isPositive();
        System.out.printf("%d half-open connections, heap %d MiB%n", count, Bystanders.usedMebibytes());
        connect().close();
    }

    @Test
    void aRequestThatComesByteByByteIsCutOff() throws IOException {
        try (BareSocket slow = new BareSocket(port)) {
            long deadline = System.nanoTime() + 20_000_000_000L;
            boolean isOpen = true;
            slow.write("GET / HTTP/1.1\r\nX: ");
            while (isOpen && System.nanoTime() < deadline) {
                try {
                    slow.write("x");
                    isOpen = slow.drain();
                } catch (IOException e) {
                    isOpen = false;
                }
            }
            assertThat(isOpen).isFalse();
        }
    }

    @Test
    void aFloodOfHeadersIsCutOff() throws IOException {
        try (BareSocket flood = new BareSocket(port)) {
            flood.write("GET / HTTP/1.1\r\n");
            try {
                for (int i = 0; i < 10_000; i++) {
                    flood.write("X-" + i + ": " + "y".repeat(100) + "\r\n");
                }
            } catch (IOException e) {
                // Refused before the end, which is the point.
                return;
            }
            assertThat(new String(flood.readUntilClosed(), StandardCharsets.ISO_8859_1))
                    .doesNotStartWith("HTTP/1.1 101");
        }
    }

    @Test
    void whoConnectsAndSaysNothingIsClosed() throws IOException {
        try (BareSocket silent = BareSocket.upgraded(port)) {
            assertThat(BareSocket.closeCode(silent.readUntilClosed())).isEqualTo(SecureNode.POLICY);
        }
        assertThat(node.server().reached(Limit.FIRST_MESSAGE_TIME)).isPositive();
    }

    @Test
    void aMessageInEndlessFragmentsIsCutOff() throws IOException {
        try (BareSocket trickle = BareSocket.upgraded(port)) {
            // A whole message first, so that the time for the first is not what ends it.
            trickle.write(BareSocket.frame(0x81, "{\"type\":5,\"documentId\":\"d\",\"timestamp\":1}".getBytes()));
            trickle.write(BareSocket.frame(0x01, "{".getBytes()));
            long deadline = System.nanoTime() + 20_000_000_000L;
            try {
                while (System.nanoTime() < deadline && trickle.drain()) {
                    trickle.write(BareSocket.frame(0x00, " ".getBytes()));
                }
            } catch (IOException e) {
                assertThat(node.server().reached(Limit.MESSAGE_TIME)).isPositive();
            }
        }
        TestCluster.eventually(() -> node.server().reached(Limit.MESSAGE_TIME) > 0);
    }

    @Test
    void aFrameThatSaysItIsEnormousIsClosedAtOnce() throws IOException {
        try (BareSocket huge = BareSocket.upgraded(port)) {
            huge.write(new byte[] {(byte) 0x82, (byte) 0xff, 0x7f, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0});
            int code = BareSocket.closeCode(huge.readUntilClosed());
            assertThat(code).isIn(1009, 1002);
        }
    }

    @Test
    void aDecompressionBombIsRefused() throws IOException {
        byte[] bomb = gzip(64 << 20);
        assertThat(bomb.length).isLessThan(1 << 20);
        try (RawClient client = RawClient.connect(node.server().vertx(), port)) {
            long before = Bystanders.usedMebibytes();
            // The answer is compressed as the question was, which this client does not read.
            for (int i = 0; i < 8; i++) {
                client.socket().writeBinaryMessage(Buffer.buffer(bomb));
            }
            TestCluster.eventually(() -> node.server().reached(Limit.INFLATED_BYTES) >= 8);
            // It is made to wait by what its messages inflate to, however little they weigh.
            assertThat(node.server().reached(Limit.BYTE_RATE)).isPositive();
            assertThat(Bystanders.usedMebibytes() - before).isLessThan(256);
        }
    }

    private static byte[] gzip(int bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write("{\"type\":2,\"pad\":\"".getBytes(StandardCharsets.UTF_8));
            byte[] spaces = " ".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < bytes >> 16; i++) {
                gzip.write(spaces);
            }
        }
        return out.toByteArray();
    }

    @Test
    void deeplyNestedAndHugeJsonIsRefused() {
        try (RawClient client = connect()) {
            client.sendText("{\"type\":2,\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
            assertRefused(client, "");
            assertThat(node.server().reached(Limit.JSON_DEPTH)).isPositive();
            client.sendText(
                    "{\"type\":8,\"documentId\":\"" + documentId + "\",\"changes\":[" + "1,".repeat(500_000) + "1]}");
            assertRefused(client, "");
            client.sendText("{\"type\":100,\"documentId\":\"" + documentId
                    + "\",\"state\":{\"clientId\":\"c\",\"metadata\":{" + "\"a\":[" + "{},".repeat(200_000) + "{}]}}}");
            assertRefused(client, "");
            assertThat(node.server().reached(Limit.MESSAGE_VALUES)).isPositive();
            String tooMany = "\"\",".repeat(FrameLimits.DEFAULT.changesMax()) + "\"\"";
            client.sendText("{\"type\":22,\"documentId\":\"" + documentId + "\",\"changes\":[" + tooMany + "]}");
            assertRefused(client, "More changes");
            assertThat(node.server().reached(Limit.CHANGES_PER_MESSAGE)).isPositive();
            join(client, documentId, new Author(1));
        }
    }

    @Test
    void aVersionVectorWithAMillionPeersIsRefused() {
        VersionVector.Builder many = VersionVector.builder();
        IdSource ids = IdSource.seeded(1);
        for (int i = 0; i < 100_000; i++) {
            many.update(new OperationId(ids.nextPeerId(), 1));
        }
        try (RawClient client = connect()) {
            client.send(new HandshakeRequest(documentId, ids.nextPeerId(), many.build(), Set.of()));
            assertJoinRefused(client, "");
            assertThat(node.server().reached(Limit.VERSION_VECTOR_PEERS)).isPositive();
            join(client, documentId, new Author(1));
        }
        // A million do not even fit into a message.
        try (RawClient client = connect()) {
            client.socket().writeTextMessage("{\"type\":0,\"versionVector\":\"" + "A".repeat(32_000_000) + "\"}");
            assertThat(client.closeCode()).isIn((short) 1009, (short) 1006);
        }
    }

    @Test
    void aClockAtTheEndOfTimeIsRefusedAndNotPassedOn() {
        Document writer = new Document(
                DocumentOptions.builder().wallClock(() -> (1L << 48) - 2).build());
        List<Change> made = new ArrayList<>();
        writer.onLocalChange(made::add);
        new TextHandler(writer, "text").insert(0, "x");
        try (RawClient hostile = connect();
                RawClient other = join(connect(), documentId, new Author(2))) {
            hostile.send(new HandshakeRequest(documentId, writer.peerId(), VersionVector.EMPTY, Set.of()));
            hostile.next(HandshakeResponse.class);
            hostile.send(new ChangeMessage(documentId, made.get(0)));
            assertRefused(hostile, "too far ahead");
            other.send(new DocumentStatusRequest(documentId, null));
            assertThat(other.next(DocumentStatus.class).changes()).isEmpty();
        }
        assertThat(node.server().reached(Limit.CLOCK_DRIFT)).isPositive();
    }

    @Test
    void namesOfPathsAreNamesAndNothingElse() {
        try (RawClient client = connect()) {
            for (String id : List.of("../../etc/passwd", "..\\..\\boot.ini", "a/b/c")) {
                join(client, id, new Author(1));
            }
        }
    }

    @Test
    void namesWithControlCharactersOrWithoutEndAreRefused() {
        try (RawClient client = connect()) {
            for (String id : List.of("a\u0000b", "a\nb", "\u001b[2J", "a\u0085b", "x".repeat(2_000))) {
                Author author = new Author(1);
                client.send(new HandshakeRequest(id, author.peer(), author.holds(), Set.of()));
                client.next(ErrorMessage.class, error -> error.code().equals(ErrorCode.HANDSHAKE_FAILED));
            }
            join(client, documentId, new Author(1));
        }
        assertThat(node.server().reached(Limit.DOCUMENT_ID)).isPositive();
    }

    @Test
    void aFloodOfMessagesIsReadSlowly() {
        long before = node.server().reached(Limit.MESSAGE_RATE);
        try (RawClient client = connect()) {
            int count = 6_000;
            for (int i = 1; i <= count; i++) {
                client.socket()
                        .writeTextMessage("{\"type\":5,\"documentId\":\"" + documentId + "\",\"timestamp\":" + i + "}");
            }
            client.next(Pong.class, pong -> pong.originalTimestamp() == count);
        }
        assertThat(node.server().reached(Limit.MESSAGE_RATE)).isGreaterThan(before);
    }

    @Test
    void oneConnectionHasSoManyDocumentsOpen() {
        try (RawClient client = connect()) {
            for (int i = 0; i < 3; i++) {
                join(client, documentId + i, new Author(1));
            }
            Author author = new Author(1);
            client.send(new HandshakeRequest(documentId + 3, author.peer(), author.holds(), Set.of()));
            assertJoinRefused(client, "3 documents");
            client.send(new Ping(documentId + 1, 7, null));
            client.next(Pong.class);
        }
        assertThat(node.server().reached(Limit.DOCUMENTS_PER_CONNECTION)).isPositive();
    }

    @Test
    void presenceThatIsTooLargeIsNotShown() {
        try (RawClient client = join(connect(), documentId, new Author(1))) {
            var shown = client.next(AwarenessState.class);
            String self = shown.awareness().states().keySet().iterator().next();
            client.send(new AwarenessUpdate(documentId, new ClientAwareness(self, Map.of("x", "y".repeat(100_000)))));
            TestCluster.eventually(() -> node.server().reached(Limit.PRESENCE_BYTES) > 0);
        }
    }
}
