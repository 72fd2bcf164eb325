package dev.weft.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.conformance.RecordedSession.Event;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.Vectors;
import dev.weft.server.link.LinkLimits;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.relay.host.RelayLimits;
import dev.weft.server.storage.InMemoryDocumentStore;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A node in place of the recorded server: what it answers to the recorded clients. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RecordedSessionsIT {
    private static final int DOCUMENT_LOSSES_MAX = 3;
    private static int sessionsRun;
    private static int framesRun;

    @AfterAll
    static void printCounts() {
        System.out.println("recorded sessions against a gateway, run: " + sessionsRun + " sessions, " + framesRun
                + " server frames; intended differences seen: " + Difference.seenNames());
    }

    static List<String> sessions() {
        return Vectors.sessions();
    }

    @ParameterizedTest
    @MethodSource("sessions")
    @Order(1)
    void isAnsweredAsRecorded(String name) {
        RecordedSession session = RecordedSession.read(name);
        Server server = start(session);
        try (SessionReplay replay = new SessionReplay(session, server.port())) {
            framesRun += replay.play();
            sessionsRun++;
        } finally {
            RawClient.await(server.stop());
        }
    }

    @Test
    @Order(2)
    void everyIntendedDifferenceIsDocumented() {
        assertThat(Difference.allNames()).isEqualTo(Difference.documentedNames());
    }

    @Test
    @Order(3)
    void everyIntendedDifferenceStillOccurs() {
        assumeThat(Vectors.isDefault() && sessionsRun == sessions().size())
                .as("all default vectors were run")
                .isTrue();
        assertThat(Difference.seenNames()).isEqualTo(Difference.allNames());
    }

    private static Server start(RecordedSession session) {
        LinkLimits links = LinkLimits.DEFAULT;
        // The recorded server answers each change that is not ready, and a replay is faster than what was recorded.
        LinkLimits eager = new LinkLimits(
                links.ringBytesMax(),
                links.recentBytesMax(),
                links.echoIdsMax(),
                links.partBytesMax(),
                links.sessionsMax(),
                links.retryMillis(),
                links.suspicionMillis(),
                links.handshakeMillisMax(),
                0,
                links.resyncSpreadMillis(),
                links.quietMillisMax(),
                links.lingerMillis());
        ServerOptions options = ServerOptions.DEFAULT
                .withGateways(1)
                .withGateway(GatewayOptions.DEFAULT
                        .withHost("localhost")
                        .withPort(0)
                        .withCreate(session.isRelay())
                        .withLinks(eager))
                .withRooms(new RelayLimits(longestRoom(session), 0, 10_000));
        if (!session.hasPresence()) {
            options = options.withPlugins(List.of());
        }
        InMemoryDocumentStore store = InMemoryDocumentStore.unshared();
        RawClient.await(store.open());
        if (!session.isRelay()) {
            for (int lost = 0; lost <= DOCUMENT_LOSSES_MAX; lost++) {
                put(store, session, lost);
            }
        }
        return RawClient.await(Server.start(options, store));
    }

    private static void put(InMemoryDocumentStore store, RecordedSession session, int timesLost) {
        DocumentKey key = DocumentKey.aware(SessionReplay.documentId(session.documentId(), timesLost));
        long epoch = RawClient.await(store.claim(key, true));
        if (timesLost == 0) {
            List<byte[]> blobs =
                    withoutPruned(session).stream().map(Change::encoded).toList();
            RawClient.await(store.append(key, epoch, 1, blobs));
        }
    }

    /** The recorded server had pruned what its snapshot covers, so its changes depend on what is nowhere any more. */
    private static List<Change> withoutPruned(RecordedSession session) {
        Set<OperationId> present = new HashSet<>();
        session.serverChanges().forEach(change -> present.add(change.id()));
        VersionVector pruned = session.serverSnapshot() == null
                ? VersionVector.EMPTY
                : session.serverSnapshot().versionVector();
        return session.serverChanges().stream()
                .map(change -> {
                    List<OperationId> dependencies = change.dependencies().stream()
                            .filter(id -> present.contains(id) || !pruned.covers(id))
                            .toList();
                    byte[] payload = change.payload().readBytes(change.payloadLength(), "payload");
                    return Change.of(change.id(), dependencies, payload);
                })
                .toList();
    }

    /** The recorded relay's threshold is not recorded: it lies below the shortest log at which it asked. */
    private static int longestRoom(RecordedSession session) {
        return session.events().stream()
                .filter(event -> event.isFrame("s2c") && event.json() != null)
                .map(Event::json)
                .filter(json -> Boolean.TRUE.equals(json.getBoolean("compact")))
                .mapToInt(json -> json.getInteger("logLength") - 1)
                .min()
                .orElse(RelayLimits.DEFAULT.compactAbove());
    }
}
