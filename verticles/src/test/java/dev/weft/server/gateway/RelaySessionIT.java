package dev.weft.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.StateRequest;
import dev.weft.protocol.message.Welcome;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestNode;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One node, relay rooms, frame by frame. */
class RelaySessionIT {
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

    private static String newRoom() {
        return "room-" + UUID.randomUUID();
    }

    @Test
    void numbersPushesAcknowledgesThemAndTellsTheOthers() {
        String room = newRoom();
        try (RawClient a = connect();
                RawClient b = connect()) {
            Welcome welcome = a.hello(room);
            assertThat(welcome.seq()).isZero();
            assertThat(welcome.changes()).isEmpty();
            b.hello(room);
            a.send(new Push(room, List.of("one", "two")));
            assertThat(a.next()).isEqualTo(new Ack(room, 2, 2, 2, false));
            assertThat(b.next()).isEqualTo(new RelayChanges(room, List.of("one", "two"), 2, welcome.sessionId()));
            b.send(new Push(room, List.of("three")));
            assertThat(b.next()).isEqualTo(new Ack(room, 3, 1, 3, false));
            assertThat(a.next(RelayChanges.class).seq()).isEqualTo(3);

            try (RawClient late = connect()) {
                Welcome full = late.hello(room);
                assertThat(full.changes()).containsExactly("one", "two", "three");
                assertThat(full.seq()).isEqualTo(3);
                assertThat(full.logLength()).isEqualTo(3);
            }
        }
    }

    @Test
    void welcomesWhoComesBackWithoutAHelloAndDoesNotTakeItsEarlyPush() {
        String room = newRoom();
        try (RawClient a = connect();
                RawClient b = connect();
                RawClient c = connect()) {
            a.hello(room);
            a.send(new Push(room, List.of("one")));
            a.next(Ack.class);
            b.send(new Push(room, List.of("early")));
            assertThat(b.next(Welcome.class).changes()).containsExactly("one");
            b.send(new Push(room, List.of("early")));
            assertThat(b.next(Ack.class).seq()).isEqualTo(2);

            c.send(new Ping(room, 7, null));
            assertThat(c.next(Pong.class).originalTimestamp()).isEqualTo(7);
            assertThat(c.next(Welcome.class).changes()).containsExactly("one", "early");
        }
    }

    @Test
    void asksOneMemberForASnapshotAndTakesOnlyWhatItAskedFor() {
        String room = newRoom();
        try (RawClient a = connect();
                RawClient b = connect()) {
            a.hello(room);
            b.hello(room);
            // Not asked for, so it changes nothing.
            b.send(new SnapshotUpload(room, "stray", 1));
            Ack asked = null;
            for (int i = 1; i <= 201; i++) {
                a.send(new Push(room, List.of("blob-" + i)));
                asked = a.next(Ack.class);
                assertThat(asked.seq()).isEqualTo(i);
                assertThat(asked.compact()).isEqualTo(i == 201);
            }
            a.send(new SnapshotUpload(room, "snapshot", 200));
            Welcome welcome;
            do {
                a.send(new StateRequest(room));
                welcome = a.next(Welcome.class);
            } while (welcome.snapshot() == null);
            assertThat(welcome.snapshot()).isEqualTo("snapshot");
            assertThat(welcome.changes()).containsExactly("blob-201");
            assertThat(welcome.seq()).isEqualTo(201);
            assertThat(welcome.logLength()).isEqualTo(1);
        }
    }

    @Test
    void aRoomAndADocumentOfOneNameAreTwoThings() {
        String name = newRoom();
        try (RawClient relay = connect();
                RawClient aware = connect()) {
            relay.hello(name);
            relay.send(new Push(name, List.of("opaque")));
            relay.next(Ack.class);
            aware.send(new HandshakeRequest(name, PeerId.of(UUID.randomUUID()), VersionVector.EMPTY, Set.of()));
            assertThat(aware.next(HandshakeResponse.class).changes()).isEmpty();
        }
    }

    @Test
    void welcomesWithoutTheRepeatsOfAPushWhoseAcknowledgementWasLost() {
        String room = newRoom();
        try (RawClient a = connect();
                RawClient b = connect()) {
            a.hello(room);
            a.send(new Push(room, List.of("one", "two")));
            a.next(Ack.class);
            a.send(new Push(room, List.of("one", "two")));
            assertThat(a.next(Ack.class).seq()).isEqualTo(4);
            Welcome welcome = b.hello(room);
            assertThat(welcome.changes()).containsExactly("one", "two");
            assertThat(welcome.seq()).isEqualTo(4);
        }
    }
}
