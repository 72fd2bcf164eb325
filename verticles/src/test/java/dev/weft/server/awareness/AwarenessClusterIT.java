package dev.weft.server.awareness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.awareness.AwarenessQuery;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Welcome;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.registry.DocumentKey;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Presence across two nodes, frame by frame. */
@Timeout(60)
class AwarenessClusterIT {
    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(2, options -> options);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String join(RawClient client, String documentId) {
        client.send(new HandshakeRequest(documentId, PeerId.of(UUID.randomUUID()), VersionVector.EMPTY, Set.of()));
        return client.next(HandshakeResponse.class).sessionId();
    }

    private static ClientAwareness named(String sessionId, String name) {
        return new ClientAwareness(sessionId, Map.of("name", name));
    }

    @Test
    void aJoinerIsShownEverybodyAndEverybodyIsShownTheJoiner() {
        String documentId = "doc-" + UUID.randomUUID();
        RawClient bob = cluster.connect(1);
        try (RawClient ann = cluster.connect(0)) {
            String annId = join(ann, documentId);
            assertThat(ann.next(AwarenessState.class).awareness().states()).containsOnlyKeys(annId);
            ann.send(new AwarenessUpdate(documentId, named(annId, "ann")));

            String bobId = join(bob, documentId);
            bob.next(
                    AwarenessState.class,
                    state -> state.awareness().states().keySet().equals(Set.of(annId, bobId)));
            assertThat(ann.next(AwarenessUpdate.class).state()).isEqualTo(ClientAwareness.empty(bobId));
            bob.send(new AwarenessUpdate(documentId, named(bobId, "bob")));
            assertThat(ann.next(AwarenessUpdate.class).state()).isEqualTo(named(bobId, "bob"));

            ann.send(new AwarenessQuery(documentId));
            assertThat(ann.next(AwarenessState.class).awareness().states())
                    .containsEntry(annId, named(annId, "ann"))
                    .containsEntry(bobId, named(bobId, "bob"));
            bob.close();
            ann.next(
                    AwarenessState.class,
                    state -> state.awareness().states().keySet().equals(Set.of(annId)));
        }
    }

    @Test
    void aBurstIsThrottledAndItsLastStateArrives() {
        String documentId = "doc-" + UUID.randomUUID();
        try (RawClient ann = cluster.connect(0);
                RawClient bob = cluster.connect(1)) {
            String annId = join(ann, documentId);
            join(bob, documentId);
            for (int i = 1; i <= 200; i++) {
                ann.send(new AwarenessUpdate(documentId, named(annId, "ann-" + i)));
            }
            int[] frames = {0};
            bob.next(AwarenessUpdate.class, update -> {
                frames[0]++;
                return update.state().equals(named(annId, "ann-200"));
            });
            assertThat(frames[0]).isLessThan(100);
        }
    }

    @Test
    void nobodyMayShowThemselvesAsAnother() {
        String documentId = "doc-" + UUID.randomUUID();
        try (RawClient ann = cluster.connect(0);
                RawClient eve = cluster.connect(1)) {
            String annId = join(ann, documentId);
            String eveId = join(eve, documentId);
            eve.send(new AwarenessUpdate(documentId, named(annId, "forged")));
            eve.send(new AwarenessUpdate(documentId, named(eveId, "eve")));
            AwarenessUpdate seen = ann.next(
                    AwarenessUpdate.class, update -> !update.state().metadata().isEmpty());
            assertThat(seen.state()).isEqualTo(named(eveId, "eve"));
        }
    }

    @Test
    void relayRoomsHavePresenceToo() {
        String room = "room-" + UUID.randomUUID();
        try (RawClient ann = cluster.connect(0);
                RawClient bob = cluster.connect(1)) {
            ann.send(new Hello(room, PeerId.of(UUID.randomUUID()), Set.of()));
            String annId = ann.next(Welcome.class).sessionId();
            bob.send(new Hello(room, PeerId.of(UUID.randomUUID()), Set.of()));
            String bobId = bob.next(Welcome.class).sessionId();
            bob.next(
                    AwarenessState.class,
                    state -> state.awareness().states().keySet().equals(Set.of(annId, bobId)));
            ann.send(new AwarenessUpdate(room, named(annId, "ann")));
            bob.next(AwarenessUpdate.class, update -> update.state().equals(named(annId, "ann")));
        }
    }

    @Test
    void aDocumentThatMovesKeepsEverybody() {
        try (TestCluster three = TestCluster.start(3, options -> options)) {
            String documentId = "doc-" + UUID.randomUUID();
            RawClient first = three.connect(0);
            String firstId = join(first, documentId);
            assertThat(three.ownerOf(DocumentKey.aware(documentId))).isZero();
            try (RawClient ann = three.connect(1);
                    RawClient bob = three.connect(2)) {
                String annId = join(ann, documentId);
                String bobId = join(bob, documentId);
                ann.send(new AwarenessUpdate(documentId, named(annId, "ann")));
                bob.next(AwarenessUpdate.class, update -> update.state().equals(named(annId, "ann")));
                three.stop(0);
                // Those of the node that went are gone, the others are still there.
                bob.next(
                        AwarenessState.class,
                        state -> !state.awareness().states().containsKey(firstId));
                bob.send(new AwarenessQuery(documentId));
                assertThat(bob.next(AwarenessState.class).awareness().states())
                        .containsEntry(annId, named(annId, "ann"))
                        .containsKey(bobId)
                        .doesNotContainKey(firstId);
            }
        }
    }
}
