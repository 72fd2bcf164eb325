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
import dev.weft.crdt.history.HistoryBlock;
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
 * Damages recorded bytes and feeds them to the decoders: each either succeeds or throws {@link CrdtFormatException}, and
 * none allocates much more than its input is long. Every input goes to the decoder its original was meant for, and one in
 * four to any other as well. {@code -Dweft.fuzz=N} makes N inputs; {@code -Dseed=…} replays.
 */
class CodecFuzzTest {
    private static final int INPUTS = Integer.getInteger("weft.fuzz", 60_000);
    /** What a decoder may allocate for any input, on top of so much for each byte of it. */
    private static final long ALLOCATION_FIXED_MAX = 64 * 1024;

    private static final long ALLOCATION_PER_BYTE_MAX = 200;
    /** Inputs not measured at first: what classes and lambdas allocate on first use is not the decoder's. */
    private static final int WARM_UP = 20_000;

    private static final PeerId READER = PeerId.parse("00000000-0000-4000-8000-00000000000f");

    private final long seed = Long.getLong("seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long decoded;
    private long fed;
    private double mostPerByte;

    /** A decoder and the inputs that are damaged for it. @param fixedMax see {@link #ALLOCATION_FIXED_MAX} */
    private record Target(String name, List<byte[]> corpus, Consumer<byte[]> decoder, long fixedMax) {
        Target(String name, List<byte[]> corpus, Consumer<byte[]> decoder) {
            this(name, corpus, decoder, ALLOCATION_FIXED_MAX);
        }
    }

    @Test
    void damagedBytesAreRefusedAndNothingElse() {
        System.out.println("fuzzing the decoders with " + INPUTS + " inputs, seed " + seed);
        List<Target> targets = targets();
        for (int input = 0; input < INPUTS; input++) {
            Target target = targets.get(random.nextInt(targets.size()));
            byte[] damaged = damage(target.corpus.get(random.nextInt(target.corpus.size())));
            feed(target, damaged, input >= WARM_UP);
            if (random.nextInt(4) == 0) {
                feed(targets.get(random.nextInt(targets.size())), damaged, input >= WARM_UP);
            }
        }
        System.out.printf(
                "fuzzed %d decoders with %d inputs, decoded %d times, %d of them still valid, at most %.0f bytes allocated"
                        + " for each byte beyond %d%n",
                targets.size(), INPUTS, fed, decoded, mostPerByte, ALLOCATION_FIXED_MAX);
        assertThat(decoded).isPositive();
    }

    private void feed(Target target, byte[] bytes, boolean measured) {
        long before = threads.getCurrentThreadAllocatedBytes();
        fed++;
        try {
            target.decoder.accept(bytes);
            decoded++;
        } catch (CrdtFormatException expected) {
            if (expected.getMessage() == null || expected.getMessage().isBlank()) {
                throw new AssertionError("A refusal without a word, " + show(target, bytes), expected);
            }
        } catch (RuntimeException | Error unexpected) {
            throw new AssertionError(show(target, bytes), unexpected);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        if (measured && allocated > target.fixedMax) {
            mostPerByte = Math.max(mostPerByte, (allocated - target.fixedMax) / (double) Math.max(1, bytes.length));
            if (mostPerByte > ALLOCATION_PER_BYTE_MAX) {
                throw new AssertionError(allocated + " bytes allocated, " + show(target, bytes));
            }
        }
    }

    private String show(Target target, byte[] bytes) {
        return "seed " + seed + ", " + target.name + " of " + Vectors.hex(bytes);
    }

    private List<Target> targets() {
        List<byte[]> changes = recordedChanges();
        List<byte[]> snapshots = recorded("snapshot", "bytes");
        List<Target> targets = new ArrayList<>();
        targets.add(new Target("change", changes, bytes -> {
            Change change = Change.decode(bytes);
            change.dependencies();
            change.envelope();
        }));
        targets.add(new Target("import of a change", changes, this::importAsChange));
        targets.add(new Target("framed changes", framed(changes), FramedChanges::decode));
        targets.add(new Target("snapshot", snapshots, Snapshot::decode));
        targets.add(new Target("import of a snapshot", snapshots, this::importAsSnapshot));
        targets.add(new Target("version vector", vectors(snapshots), VersionVector::decode));
        // Few bytes stand for many in a block, by its purpose; what it unpacks to has a bound of its own.
        targets.add(new Target(
                "history block",
                blocks(changes),
                bytes -> HistoryBlock.open(bytes).blobs(),
                8L * HistoryBlock.BYTES_MAX));
        List<byte[]> bodies = bodies(changes, "");
        targets.add(new Target("envelope", bodies, bytes -> Envelope.read(new ByteReader(bytes))));
        targets.add(new Target("WTF-8", bodies, Wtf8::decode));
        targets.add(new Target("UTF-8", bodies, StrictUtf8::decode));
        targets.add(new Target("reference", bodies(changes, "RefHandler"), HandlerRef.CODEC::decode));
        targets.add(new Target("varint", bodies, bytes -> new ByteReader(bytes).readUvarint("number")));
        for (String type : BuiltInTypes.names()) {
            DataType<?, ?> dataType = BuiltInTypes.of(type);
            targets.add(new Target("state of " + type, states(snapshots), bytes -> decodeState(dataType, bytes)));
            targets.add(new Target("body of " + type, bodies(changes, type), bytes -> applyBody(dataType, bytes)));
        }
        return targets;
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

    /** The first byte is the kind. Whatever can be decoded must also be applicable, more than once. */
    private static <S, O extends Operation> void applyBody(DataType<S, O> type, byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        O operation = type.decodeOperation(bytes[0] & 7, new ByteReader(bytes, 1, bytes.length - 1));
        if (operation != null) {
            S state = type.emptyState();
            type.apply(state, operation);
            type.apply(state, operation);
            type.encodeOperation(operation, new ByteWriter());
            type.encodeState(state, new ByteWriter());
        }
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

    private static List<byte[]> recordedChanges() {
        List<byte[]> corpus = new ArrayList<>();
        for (String file : Vectors.list("handlers", ".json")) {
            for (JsonNode recorded : Vectors.read(file).findValues("changes")) {
                recorded.forEach(change -> corpus.add(Vectors.base64(change.get("bytes"))));
            }
        }
        return notEmpty(corpus);
    }

    private static List<byte[]> recorded(String parent, String field) {
        List<byte[]> corpus = new ArrayList<>();
        for (String file : Vectors.list("handlers", ".json")) {
            for (JsonNode node : Vectors.read(file).findValues(parent)) {
                if (node.has(field)) {
                    corpus.add(Vectors.base64(node.get(field)));
                }
            }
        }
        return notEmpty(corpus);
    }

    /** Kind and body of the changes whose handler type begins with, or ends in, this; of all if there are none. */
    private static List<byte[]> bodies(List<byte[]> changes, String type) {
        List<byte[]> corpus = new ArrayList<>();
        for (byte[] bytes : changes) {
            Change change = Change.decode(bytes);
            Envelope envelope = change.envelope();
            if (envelope.handlerType().startsWith(type)
                    || envelope.handlerType().endsWith(type)) {
                ByteReader body = change.bodyOf(envelope);
                corpus.add(new ByteWriter()
                        .writeByte(envelope.kind())
                        .writeBytes(body.readRemaining())
                        .toByteArray());
            }
        }
        return corpus.isEmpty() ? bodies(changes, "") : corpus;
    }

    private static List<byte[]> states(List<byte[]> snapshots) {
        List<byte[]> corpus = new ArrayList<>();
        snapshots.forEach(bytes -> corpus.addAll(Snapshot.decode(bytes).data().values()));
        return notEmpty(corpus);
    }

    private static List<byte[]> vectors(List<byte[]> snapshots) {
        return snapshots.stream()
                .map(bytes -> Snapshot.decode(bytes).versionVector().encode())
                .toList();
    }

    private static List<byte[]> framed(List<byte[]> changes) {
        List<byte[]> corpus = new ArrayList<>();
        for (int from = 0; from + 3 < changes.size(); from += 3) {
            corpus.add(FramedChanges.encode(
                    changes.subList(from, from + 3).stream().map(Change::decode).toList()));
        }
        return corpus;
    }

    private static List<byte[]> blocks(List<byte[]> changes) {
        List<byte[]> corpus = new ArrayList<>();
        for (int from = 0; from < changes.size(); from += 1 + from % 40) {
            corpus.add(HistoryBlock.encode(changes.subList(from, Math.min(changes.size(), from + 1 + from % 40))));
        }
        return corpus;
    }

    private static List<byte[]> notEmpty(List<byte[]> corpus) {
        assertThat(corpus).isNotEmpty();
        return corpus;
    }
}
