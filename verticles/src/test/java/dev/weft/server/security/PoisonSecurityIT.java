package dev.weft.server.security;

import static dev.weft.server.security.SecureNode.assertRefused;
import static dev.weft.server.security.SecureNode.join;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.InMemoryDocumentStore;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What decodes and cannot be applied is never stored and never passed on; a document that fails takes nothing with it. */
class PoisonSecurityIT {
    private static final DocumentKey CORRUPT = DocumentKey.aware("corrupt");

    private static Server server;

    private Bystanders bystanders;

    @BeforeAll
    static void start() {
        InMemoryDocumentStore store = InMemoryDocumentStore.unshared();
        RawClient.await(store.open());
        long epoch = RawClient.await(store.claim(CORRUPT, true));
        RawClient.await(store.append(CORRUPT, epoch, 1, List.of("this is no change".getBytes())));
        server = RawClient.await(Server.start(
                ServerOptions.DEFAULT.withGateways(1).withGateway(GatewayOptions.DEFAULT.withPort(0)), store));
    }

    @BeforeEach
    void somebodyWorks(TestInfo test) {
        bystanders = new Bystanders(test.getDisplayName(), PoisonSecurityIT::connect);
    }

    @AfterEach
    void andGoesOn() {
        bystanders.close();
    }

    @AfterAll
    static void stop() {
        RawClient.await(server.stop());
    }

    private static RawClient connect() {
        return RawClient.connect(server.vertx(), server.port());
    }

    @Test
    void aChangeThatCannotBeAppliedIsRefusedAndTheRestOfItsFrameIsTaken() {
        Author author = new Author(1);
        Author other = new Author(2);
        try (RawClient hostile = join(connect(), "poisoned", author);
                RawClient reader = join(connect(), "poisoned", other)) {
            Change sound = author.type('a');
            Change cut = Change.of(other.type('b').id(), List.of(), cutPayload(sound));
            Change reserved = Change.of(other.type('c').id(), List.of(), reservedPayload());
            hostile.send(new ChangeMessage("poisoned", cut));
            assertRefused(hostile, "");
            hostile.send(new ChangesMessage("poisoned", List.of(cut, reserved, sound)));
            assertRefused(hostile, "");
            assertThat(reader.next(ChangeMessage.class).change()).isEqualTo(sound);
            reader.send(new DocumentStatusRequest("poisoned", null));
            assertThat(reader.next(DocumentStatus.class).changes()).containsExactly(sound);
            assertThat(reader.hasNothing()).isTrue();
        }
    }

    /** An operation that ends too early. */
    private static byte[] cutPayload(Change change) {
        byte[] encoded = change.encoded();
        byte[] payload = Arrays.copyOfRange(encoded, encoded.length - change.payloadLength(), encoded.length);
        return Arrays.copyOf(payload, payload.length - 1);
    }

    /** An envelope of a type that only its name tells from a known one, and nothing behind. */
    private static byte[] reservedPayload() {
        ByteWriter writer = new ByteWriter();
        writer.writeByte(0x7f);
        return writer.toByteArray();
    }

    @Test
    void aDocumentThatCannotBeLoadedAnswersAndItsNodeGoesOn() {
        Author author = new Author(1);
        try (RawClient client = connect()) {
            client.send(new HandshakeRequest(CORRUPT.id(), author.peer(), author.holds(), Set.of()));
            client.next(ErrorMessage.class, error -> error.code().equals(ErrorCode.HANDSHAKE_FAILED));
            join(client, "healthy", author);
            client.send(new ChangeMessage("healthy", author.type('a')));
            client.send(new DocumentStatusRequest("healthy", null));
            client.next(DocumentStatus.class);
        }
        TestCluster.eventually(() -> server.documents().quarantinedCount() == 1);
    }
}
