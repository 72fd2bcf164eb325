package dev.weft.server.security;

import static dev.weft.server.security.SecureNode.join;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.awareness.AwarenessOptions;
import dev.weft.server.awareness.AwarenessPlugin;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.limits.Limit;
import dev.weft.server.link.LinkLimits;
import dev.weft.server.storage.InMemoryDocumentStore;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Limits that a node of ordinary size meets late, on nodes that are small. */
class LimitSecurityIT {
    private static Server start(UnaryOperator<ServerOptions.Builder> change) {
        ServerOptions.Builder options =
                ServerOptions.DEFAULT.withGateways(1).withGateway(GatewayOptions.DEFAULT.withPort(0)).toBuilder();
        return RawClient.await(Server.start(change.apply(options).build(), InMemoryDocumentStore.unshared()));
    }

    private static RawClient connect(Server server) {
        return RawClient.connect(server.vertx(), server.port());
    }

    @Test
    void aNodeWhoseMemoryIsFullTakesNoFurtherDocumentAndKeepsWhatItHas() {
        Server server = start(options -> options.residentBytesMax(1));
        Author author = new Author(1);
        try (RawClient client = join(connect(server), "first", author)) {
            client.send(new ChangeMessage("first", author.type('a')));
            // Another one each time: what was opened before the memory was counted may stay open.
            TestCluster.eventually(() -> isRefused(server, "another-" + UUID.randomUUID()));
            assertThat(server.reached(Limit.RESIDENT_BYTES)).isPositive();
            join(connect(server), "first", new Author(2)).close();
        } finally {
            RawClient.await(server.stop());
        }
    }

    private static boolean isRefused(Server server, String documentId) {
        try (RawClient client = connect(server)) {
            Author author = new Author(3);
            client.send(new HandshakeRequest(documentId, author.peer(), author.holds(), Set.of()));
            return client.next() instanceof ErrorMessage;
        }
    }

    @Test
    void aDocumentHasSoManySessionsOfOneEventLoop() {
        LinkLimits normal = LinkLimits.DEFAULT;
        LinkLimits limits = new LinkLimits(
                normal.ringBytesMax(),
                normal.recentBytesMax(),
                normal.echoIdsMax(),
                normal.partBytesMax(),
                1,
                normal.retryMillis(),
                normal.suspicionMillis(),
                normal.handshakeMillisMax(),
                normal.outOfSyncMillis(),
                normal.resyncSpreadMillis(),
                normal.quietMillisMax(),
                normal.lingerMillis());
        Server server = start(
                options -> options.gateway(GatewayOptions.DEFAULT.withPort(0).withLinks(limits)));
        Author late = new Author(2);
        try (RawClient first = join(connect(server), "crowded", new Author(1));
                RawClient second = connect(server)) {
            second.send(new HandshakeRequest("crowded", late.peer(), late.holds(), Set.of()));
            second.next(ErrorMessage.class, error -> error.code().equals(ErrorCode.HANDSHAKE_FAILED));
            assertThat(server.reached(Limit.SESSIONS_PER_DOCUMENT)).isEqualTo(1);
            first.send(new ChangeMessage("crowded", new Author(1).type('a')));
        } finally {
            RawClient.await(server.stop());
        }
    }

    @Test
    void oneDocumentShowsSoManyClients() {
        AwarenessOptions normal = AwarenessOptions.DEFAULT;
        AwarenessOptions one = new AwarenessOptions(
                0, normal.metadataBytesMax(), 1, normal.confirmMillis(), normal.repeatMillis(), normal.refreshMillis());
        Server server = start(options -> options.plugins(List.of(new AwarenessPlugin(one))));
        try (RawClient first = join(connect(server), "shown", new Author(1));
                RawClient stranger = connect(server)) {
            first.next(AwarenessState.class);
            // Somebody who has come back without a handshake, under the name of his old session.
            stranger.send(new AwarenessUpdate("shown", new ClientAwareness("old", Map.of("a", 1))));
            TestCluster.eventually(() -> server.reached(Limit.PRESENCE_CLIENTS) > 0);
        } finally {
            RawClient.await(server.stop());
        }
    }

    @Test
    void aConnectionThatSaysNothingForLongIsDropped() {
        Server server = start(options -> options.gateway(GatewayOptions.DEFAULT.withPort(0).toBuilder()
                .silentMillisMax(500)
                .build()));
        try (RawClient silent = join(connect(server), "silent", new Author(1))) {
            assertThat(silent.closeCode()).isEqualTo((short) 1006);
            assertThat(server.reached(Limit.SILENT_TIME)).isEqualTo(1);
        } finally {
            RawClient.await(server.stop());
        }
    }
}
