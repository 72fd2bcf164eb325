package dev.weft.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.PeerId;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Pong;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.kit.RawClient;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * One client of a document misbehaves, over a real socket. It pays, with an error or its connection; two others on the
 * same document notice nothing.
 */
class HostileClientIT {
    private static final int FRAME_BYTES_MAX = 64 << 10;
    private static final short TOO_BIG = 1009;

    private static Server server;

    private final String documentId = "doc-" + UUID.randomUUID();
    private final Document replica = newReplica();
    private RawClient author;
    private RawClient reader;
    private RawClient hostile;

    @BeforeAll
    static void start() {
        server = start(options());
    }

    private static GatewayOptions options() {
        return GatewayOptions.DEFAULT
                .withHost("localhost")
                .withPort(0)
                .withFrames(FrameLimits.ofFrameBytes(FRAME_BYTES_MAX));
    }

    private static Server start(GatewayOptions options) {
        return RawClient.await(
                Server.start(ServerOptions.DEFAULT.withGateway(options), InMemoryDocumentStore.unshared()));
    }

    @AfterAll
    static void stop() {
        RawClient.await(server.stop());
    }

    @BeforeEach
    void join() {
        author = connect();
        reader = connect();
        hostile = connect();
        join(author, replica);
        join(reader, newReplica());
    }

    @AfterEach
    void theOthersGoOn() {
        Change change = edit();
        author.send(new ChangeMessage(documentId, change));
        // Presence comes in between, and in one test a change that was damaged and is a change all the same.
        ChangeMessage arrived = reader.next(
                ChangeMessage.class, message -> message.change().id().equals(change.id()));
        assertThat(arrived.change()).isEqualTo(change);
        author.close();
        reader.close();
        hostile.close();
    }

    @Test
    void aFrameThatIsNotJson() {
        join(hostile, newReplica());
        hostile.sendText("\u0000 not json {{{");
        assertInvalid();
        assertStillServed(hostile);
    }

    @Test
    void aWrongType() {
        join(hostile, newReplica());
        hostile.sendText("{\"type\":\"change\",\"documentId\":\"" + documentId + "\",\"change\":\"AA==\"}");
        assertInvalid();
        hostile.sendText("{\"type\":17,\"documentId\":\"" + documentId + "\"}");
        assertInvalid();
        assertStillServed(hostile);
    }

    @Test
    void aTruncatedBase64() {
        join(hostile, newReplica());
        String change =
                Base64.getEncoder().encodeToString(newChange(newReplica()).toByteArray());
        hostile.sendText(frameWith(change.substring(0, change.length() - 5)));
        assertInvalid();
        assertStillServed(hostile);
    }

    @Test
    void aChangeWithALyingLength() {
        join(hostile, newReplica());
        byte[] change = newChange(newReplica()).toByteArray();
        // Each byte in turn claims that what follows is long; what happens to be a change all the same is one.
        for (int i = 0; i < change.length; i++) {
            byte[] lying = change.clone();
            lying[i] = (byte) 0x7f;
            hostile.sendText(frameWith(Base64.getEncoder().encodeToString(lying)));
        }
        assertStillServed(hostile);
        byte[] huge = new byte[] {0, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f};
        hostile.sendText(frameWith(Base64.getEncoder().encodeToString(huge)));
        assertInvalid();
        assertStillServed(hostile);
    }

    @Test
    void aFrameOverTheLimit() {
        join(hostile, newReplica());
        hostile.socket().writeTextMessage("{\"type\":2,\"pad\":\"" + "x".repeat(FRAME_BYTES_MAX) + "\"}");
        assertThat(hostile.closeCode()).isEqualTo(TOO_BIG);
    }

    @Test
    void aMessageOverTheLimitInSmallFragments() {
        join(hostile, newReplica());
        Buffer part = Buffer.buffer("x".repeat(FRAME_BYTES_MAX / 4));
        hostile.socket().writeFrame(WebSocketFrame.textFrame("{\"type\":2,\"pad\":\"", false));
        for (int i = 0; i < 5; i++) {
            hostile.socket().writeFrame(WebSocketFrame.continuationFrame(part, false));
        }
        assertThat(hostile.closeCode()).isEqualTo(TOO_BIG);
    }

    @Test
    void fragmentsThatNeverEnd() {
        join(hostile, newReplica());
        hostile.socket().writeFrame(WebSocketFrame.textFrame("{", false));
        for (int i = 0; i < FRAME_BYTES_MAX / 1024 + 2; i++) {
            hostile.socket().writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer(" ".repeat(1024)), false));
        }
        assertThat(hostile.closeCode()).isEqualTo(TOO_BIG);
    }

    // Not a fault but what a stock client does on a socket that was opened silently: it is healed, and its change
    // waits.
    @Test
    void aMessageBeforeTheHandshake() {
        Document own = newReplica();
        hostile.send(new ChangeMessage(documentId, newChange(own)));
        assertThat(hostile.next(ErrorMessage.class).code()).isEqualTo(ErrorCode.OUT_OF_SYNC);
        author.send(new ChangeMessage(documentId, edit()));
        assertThat(reader.next(ChangeMessage.class).change().author())
                .as("the first change that anybody is told of")
                .isEqualTo(replica.peerId());
    }

    @Test
    void aHandshakeThatIsNone() {
        hostile.sendText("{\"type\":0,\"documentId\":\"" + documentId + "\",\"author\":7}");
        assertInvalid();
        assertThat(hostile.next(ErrorMessage.class).code()).isEqualTo(ErrorCode.HANDSHAKE_FAILED);
    }

    // No store could keep it; without an answer a client would wait for its time-out, again and again.
    @Test
    void aDocumentIdThatNoStoreKeeps() {
        Document own = newReplica();
        for (String id : List.of("", "a\0b", "x".repeat(2_000))) {
            hostile.send(new HandshakeRequest(id, own.peerId(), own.versionVector(), Set.of()));
            assertInvalid();
            assertThat(hostile.next(ErrorMessage.class).code()).isEqualTo(ErrorCode.HANDSHAKE_FAILED);
        }
    }

    @Test
    void aDocumentThatDoesNotExistAndIsNotCreated() {
        Server strict = start(options().withCreate(false));
        try (RawClient client = RawClient.connect(strict.vertx(), strict.port())) {
            Document own = newReplica();
            client.send(new HandshakeRequest("nowhere", own.peerId(), own.versionVector(), Set.of()));
            List<String> codes = new ArrayList<>();
            codes.add(client.next(ErrorMessage.class).code());
            if (!codes.contains(ErrorCode.HANDSHAKE_FAILED)) {
                codes.add(client.next(ErrorMessage.class).code());
            }
            assertThat(codes).contains(ErrorCode.DOCUMENT_NOT_FOUND);
        } finally {
            RawClient.await(strict.stop());
        }
    }

    private static RawClient connect() {
        return RawClient.connect(server.vertx(), server.port());
    }

    private static Document newReplica() {
        return new Document(PeerId.of(UUID.randomUUID()));
    }

    private void join(RawClient client, Document document) {
        client.send(new HandshakeRequest(documentId, document.peerId(), document.versionVector(), Set.of()));
        client.next(HandshakeResponse.class);
    }

    private Change edit() {
        List<Change> changes = new ArrayList<>();
        var listening = replica.onLocalChange(changes::add);
        TextHandler known = (TextHandler) replica.handlers().get("text");
        TextHandler text = known == null ? new TextHandler(replica, "text") : known;
        text.insert(0, "still here");
        listening.cancel();
        return changes.get(0);
    }

    private static Change newChange(Document document) {
        List<Change> changes = new ArrayList<>();
        document.onLocalChange(changes::add);
        new TextHandler(document, "text").insert(0, "hostile");
        return changes.get(0);
    }

    private String frameWith(String change) {
        return "{\"type\":2,\"documentId\":\"" + documentId + "\",\"change\":\"" + change + "\"}";
    }

    private void assertInvalid() {
        hostile.next(ErrorMessage.class, error -> error.code().equals(ErrorCode.INVALID_MESSAGE));
    }

    private void assertStillServed(RawClient client) {
        client.sendBinary(("{\"type\":5,\"documentId\":\"" + documentId + "\",\"timestamp\":4711}")
                .getBytes(StandardCharsets.UTF_8));
        client.next(Pong.class, pong -> pong.originalTimestamp() == 4711);
        client.send(new DocumentStatusRequest(documentId, null));
        client.next(DocumentStatus.class);
    }
}
