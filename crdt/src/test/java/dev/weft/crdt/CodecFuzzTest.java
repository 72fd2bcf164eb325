package dev.weft.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.change.FramedChanges;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.codec.StrictUtf8;
import dev.weft.crdt.codec.Wtf8;
import dev.weft.crdt.document.BuiltInTypes;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Damages recorded bytes and feeds them to every decoder: each either succeeds or throws {@link CrdtFormatException},
 * and none allocates much more than its input is long. {@code -Dweft.fuzz=N} runs N rounds; {@code -Dseed=…} replays.
 */
class CodecFuzzTest {
    private static final int ROUNDS = Integer.getInteger("weft.fuzz", 1500);
    private static final long ALLOCATION_MAX = 4_000_000;
    private static final PeerId READER = PeerId.parse("00000000-0000-4000-8000-00000000000f");

    private final long seed = Long.getLong("seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void damagedBytesAreRefusedAndNothingElse() {
        System.out.println("fuzz rounds " + ROUNDS + ", seed " + seed);
        List<byte[]> changes = recordedChanges();
        List<byte[]> snapshots = recordedSnapshots();
        List<Consumer<byte[]>> decoders = decoders();
        for (int round = 0; round < ROUNDS; round++) {
            List<byte[]> corpus = random.nextInt(4) == 0 ? snapshots : changes;
            byte[] damaged = damage(corpus.get(random.nextInt(corpus.size())));
            for (Consumer<byte[]> decoder : decoders) {
                feed(decoder, damaged);
            }
        }
    }

    private void feed(Consumer<byte[]> decoder, byte[] bytes) {
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            decoder.accept(bytes);
        } catch (CrdtFormatException expected) {
            assertThat(expected.getMessage()).isNotBlank();
        } catch (RuntimeException | Error unexpected) {
            throw new AssertionError("seed " + seed + ", bytes " + Vectors.hex(bytes), unexpected);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("allocation, seed %s, bytes %s", seed, Arrays.toString(bytes))
                .isLessThan(ALLOCATION_MAX + 400L * bytes.length);
    }

    private List<Consumer<byte[]>> decoders() {
        List<Consumer<byte[]>> decoders = new ArrayList<>(List.of(
                Change::decode,
                bytes -> Envelope.read(new ByteReader(bytes)),
                FramedChanges::decode,
                VersionVector::decode,
                Snapshot::decode,
                Wtf8::decode,
                StrictUtf8::decode,
                HandlerRef.CODEC::decode,
                bytes -> new ByteReader(bytes).readUvarint("number"),
                this::importAsChange,
                this::importAsSnapshot));
        for (String type : BuiltInTypes.names()) {
            DataType<?, ?> dataType = BuiltInTypes.of(type);
            decoders.add(bytes -> decodeState(dataType, bytes));
            decoders.add(bytes -> applyBody(dataType, bytes));
        }
        return decoders;
    }

    private void importAsChange(byte[] bytes) {
        Change change = Change.decode(bytes);
        assertThat(change.encoded()).isEqualTo(bytes);
        Document document = new Document(READER);
        document.importChanges(List.of(change));
        if (!document.isEmpty()) {
            assertThat(document.exportChanges()).containsExactly(change);
        }
        document.validate(change);
        document.takeSnapshot(true);
    }

    private void importAsSnapshot(byte[] bytes) {
        Document document = new Document(READER);
        document.importSnapshot(Snapshot.decode(bytes), true);
        document.reconstruct();
        Snapshot again = document.takeSnapshot(true);
        assertThat(Snapshot.decode(again.encode()).versionVector()).isEqualTo(again.versionVector());
    }

    private static <S, O extends Operation> void decodeState(DataType<S, O> type, byte[] bytes) {
        S state = type.decodeState(new ByteReader(bytes));
        ByteWriter blob = new ByteWriter();
        type.encodeState(state, blob);
        type.decodeState(new ByteReader(blob.toByteArray()));
    }

    /** Whatever can be decoded must also be applicable, to any state, more than once. */
    private <S, O extends Operation> void applyBody(DataType<S, O> type, byte[] bytes) {
        S state = type.emptyState();
        for (int kind = 0; kind < 5; kind++) {
            for (int start : new int[] {0, bytes.length / 3, Math.max(0, bytes.length - 30)}) {
                O operation = null;
                try {
                    operation = type.decodeOperation(kind, new ByteReader(bytes, start, bytes.length - start));
                } catch (CrdtFormatException malformed) {
                    continue;
                }
                if (operation != null) {
                    type.apply(state, operation);
                    type.apply(state, operation);
                    type.encodeOperation(operation, new ByteWriter());
                }
            }
        }
        type.encodeState(state, new ByteWriter());
    }

    private byte[] damage(byte[] original) {
        byte[] bytes = original.clone();
        for (int times = 1 + random.nextInt(3); times > 0 && bytes.length > 0; times--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = splice(bytes, at, hugeVarint());
                case 4 -> bytes = splice(bytes, at, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 20)));
                default -> bytes = Arrays.copyOfRange(bytes, at, bytes.length);
            }
        }
        return bytes;
    }

    private byte[] hugeVarint() {
        ByteWriter writer = new ByteWriter().writeUvarint(random.nextLong() >>> 1 + random.nextInt(40));
        return random.nextInt(5) == 0 ? new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, 1} : writer.toByteArray();
    }

    private static byte[] splice(byte[] bytes, int at, byte[] inserted) {
        return new ByteWriter(bytes.length + inserted.length)
                .writeBytes(bytes, 0, at)
                .writeBytes(inserted)
                .writeBytes(bytes, at, bytes.length - at)
                .toByteArray();
    }

    /** Whole changes, and the bodies inside them. */
    private static List<byte[]> recordedChanges() {
        List<byte[]> corpus = new ArrayList<>();
        for (String file : Vectors.list("handlers", ".json")) {
            int taken = 0;
            for (JsonNode recorded : Vectors.read(file).findValues("changes")) {
                for (JsonNode change : recorded) {
                    if (taken++ < 60) {
                        byte[] bytes = Vectors.base64(change.get("bytes"));
                        corpus.add(bytes);
                        corpus.add(Vectors.base64(change.get("body")));
                    }
                }
            }
        }
        assertThat(corpus).hasSizeGreaterThan(500);
        return corpus;
    }

    private static List<byte[]> recordedSnapshots() {
        List<byte[]> corpus = new ArrayList<>();
        for (String file : Vectors.list("handlers", ".json")) {
            for (JsonNode snapshot : Vectors.read(file).findValues("snapshot")) {
                if (snapshot.has("bytes")) {
                    corpus.add(Vectors.base64(snapshot.get("bytes")));
                    snapshot.get("states").forEach(state -> corpus.add(Vectors.base64(state)));
                }
            }
        }
        assertThat(corpus).hasSizeGreaterThan(100);
        return corpus;
    }
}
