package dev.weft.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.change.FramedChanges;
import dev.weft.crdt.clock.HybridLogicalClock;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.StrictUtf8;
import dev.weft.crdt.codec.Wtf8;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.IdSource;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/** Decoding undoes encoding; clocks only advance. Replay a failure with {@code -Dseed=…}. */
class RoundTripPropertyTest {
    private final long seed = Long.getLong("seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final IdSource ids = IdSource.seeded(seed);

    @RepeatedTest(200)
    void changesAndFrames() {
        List<Change> changes = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            Change change = Change.of(id(), List.of(id(), id()), payload());
            assertThat(Change.decode(change.toByteArray())).as("seed %s", seed).isEqualTo(change);
            changes.add(change);
        }
        assertThat(FramedChanges.decode(FramedChanges.encode(changes)))
                .as("seed %s", seed)
                .isEqualTo(changes);
    }

    @RepeatedTest(200)
    void envelopes() {
        byte[] body = bytes();
        byte[] payload = Envelope.encode("Type<" + seed + ">", "id", 3, body);
        Envelope envelope = Envelope.read(new ByteReader(payload));
        assertThat(envelope.handlerType()).isEqualTo("Type<" + seed + ">");
        assertThat(payload.length - envelope.bodyOffset()).isEqualTo(body.length);
    }

    @RepeatedTest(200)
    void vectorsAndSnapshots() {
        VersionVector.Builder builder = VersionVector.builder();
        for (int i = random.nextInt(20); i > 0; i--) {
            builder.update(id());
        }
        VersionVector vector = builder.build();
        assertThat(VersionVector.decode(vector.encode()).encode())
                .as("seed %s", seed)
                .isEqualTo(vector.encode());
        Map<String, byte[]> data = new LinkedHashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            data.put("k" + i, bytes());
        }
        Snapshot snapshot = Snapshot.of(vector, data);
        assertThat(Snapshot.decode(snapshot.encode()).encode())
                .as("seed %s", seed)
                .isEqualTo(snapshot.encode());
    }

    @RepeatedTest(200)
    void texts() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            text.append((char) (random.nextBoolean() ? random.nextInt(0x10000) : 0xd800 + random.nextInt(0x800)));
        }
        String units = text.toString();
        assertThat(Wtf8.decode(Wtf8.encode(units))).as("seed %s", seed).isEqualTo(units);
        if (StrictUtf8.isRoundTripSafe(units)) {
            assertThat(StrictUtf8.decode(StrictUtf8.encode(units)))
                    .as("seed %s", seed)
                    .isEqualTo(units);
        }
    }

    @RepeatedTest(200)
    void numbersAndIds() {
        long number = random.nextLong() >>> 1 + random.nextInt(62);
        byte[] bytes = new ByteWriter().writeUvarint(number).toByteArray();
        assertThat(bytes).hasSize(ByteWriter.uvarintLength(number));
        assertThat(new ByteReader(bytes).readUvarint("number")).isEqualTo(number);
        OperationId id = id();
        assertThat(OperationId.parse(id.toString())).isEqualTo(id);
        PeerId peer = ids.nextPeerId();
        assertThat(PeerId.parse(peer.toString())).isEqualTo(peer);
    }

    @RepeatedTest(50)
    void clocksOnlyAdvance() {
        HybridLogicalClock clock = new HybridLogicalClock(HybridTimestamp.of(1000, 65_500));
        HybridTimestamp last = clock.current();
        long wall = 1000;
        for (int i = 0; i < 500; i++) {
            wall += random.nextInt(5) - 2;
            HybridTimestamp remote = HybridTimestamp.of(990 + random.nextInt(40), random.nextInt(65_536));
            boolean received = random.nextBoolean();
            HybridTimestamp next = received ? clock.receive(wall, remote) : clock.tick(wall);
            assertThat(next).as("seed %s", seed).isGreaterThan(last);
            if (received) {
                assertThat(next).as("seed %s", seed).isGreaterThan(remote);
            }
            last = next;
        }
    }

    private OperationId id() {
        return new OperationId(ids.nextPeerId(), HybridTimestamp.of(random.nextInt(100_000), random.nextInt(65_536)));
    }

    private byte[] payload() {
        return Envelope.encode("T", "id" + random.nextInt(9), random.nextInt(256), bytes());
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        return bytes;
    }
}
