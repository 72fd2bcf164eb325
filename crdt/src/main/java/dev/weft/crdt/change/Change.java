package dev.weft.crdt.change;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * An operation with its id, dependencies and author; the unit of exchange (spec crdt 8). Keeps its encoded bytes and
 * reads views out of them. Immutable. Equality is on all bytes: two copies of one change whose dependencies were
 * stripped differently are different, although they share an id.
 */
public final class Change {
    /** The order in which operations are replayed: clock, then author. Distinct changes never tie. */
    public static final Comparator<Change> REPLAY_ORDER = Comparator.comparing(Change::id);

    private static final int SCHEMA = 2;

    private final byte[] bytes;
    private final OperationId id;
    private final int dependencyCount;
    private final int dependencyOffset;
    private final int payloadOffset;

    private Change(byte[] bytes, OperationId id, int dependencyCount, int dependencyOffset, int payloadOffset) {
        this.bytes = bytes;
        this.id = id;
        this.dependencyCount = dependencyCount;
        this.dependencyOffset = dependencyOffset;
        this.payloadOffset = payloadOffset;
    }

    /** @param payload the operation envelope, see {@link Envelope} */
    public static Change of(OperationId id, Collection<OperationId> dependencies, byte[] payload) {
        ByteWriter writer = new ByteWriter((dependencies.size() + 1) * OperationId.BYTES + payload.length + 16);
        writer.writeByte(SCHEMA).writeUvarint(dependencies.size());
        id.write(writer);
        int dependencyOffset = writer.size();
        dependencies.forEach(dependency -> dependency.write(writer));
        writer.writeUvarint(payload.length);
        int payloadOffset = writer.size();
        writer.writeBytes(payload);
        return new Change(writer.toByteArray(), id, dependencies.size(), dependencyOffset, payloadOffset);
    }

    /**
     * Reads the self-describing form (spec crdt 8.1). The array is kept, not copied: the caller must not change it.
     *
     * @throws CrdtFormatException if the bytes are not exactly one change
     */
    public static Change decode(byte[] bytes) {
        ByteReader reader = new ByteReader(bytes);
        int schema = reader.readByte("Change");
        if (schema != SCHEMA) {
            throw new CrdtFormatException("Unsupported Change schema version: " + schema);
        }
        long count = reader.readUvarint("Change deps");
        OperationId id = readId(reader);
        if (count > reader.remaining() / OperationId.BYTES) {
            throw new CrdtFormatException("Truncated Change deps");
        }
        int dependencyOffset = reader.position();
        reader.skip((int) count * OperationId.BYTES, "Change deps");
        int payloadLength = reader.readLength("Change payload");
        int payloadOffset = reader.position();
        reader.skip(payloadLength, "Change payload");
        reader.expectEnd("Change");
        return new Change(bytes, id, (int) count, dependencyOffset, payloadOffset);
    }

    private static OperationId readId(ByteReader reader) {
        if (reader.remaining() < OperationId.BYTES) {
            throw new CrdtFormatException("Truncated Change id");
        }
        return OperationId.read(reader);
    }

    public OperationId id() {
        return id;
    }

    public PeerId author() {
        return id.peer();
    }

    /** The packed stamp, see {@link dev.weft.crdt.clock.HybridTimestamp}. */
    public long clock() {
        return id.clock();
    }

    /** How many dependencies the bytes list, repetitions included. */
    public int dependencyCount() {
        return dependencyCount;
    }

    /** The dependencies in order, without repetitions. O(dependencies), a new list each time. */
    public List<OperationId> dependencies() {
        if (dependencyCount == 0) {
            return List.of();
        }
        ByteReader reader = new ByteReader(bytes, dependencyOffset, dependencyCount * OperationId.BYTES);
        if (dependencyCount == 1) {
            return List.of(OperationId.read(reader));
        }
        LinkedHashSet<OperationId> dependencies = new LinkedHashSet<>();
        while (!reader.isExhausted()) {
            dependencies.add(OperationId.read(reader));
        }
        return List.copyOf(dependencies);
    }

    /** The dependency at this place in the bytes, repetitions included. */
    public OperationId dependency(int index) {
        int offset = dependencyOffset + index * OperationId.BYTES;
        return OperationId.read(new ByteReader(bytes, offset, OperationId.BYTES));
    }

    int payloadOffset() {
        return payloadOffset;
    }

    /** Whether no varint is longer than need be, so that the parts determine the bytes. */
    boolean isMinimal() {
        int payload = payloadLength();
        int ids = (dependencyCount + 1) * OperationId.BYTES;
        return bytes.length
                == 1 + ByteWriter.uvarintLength(dependencyCount) + ids + ByteWriter.uvarintLength(payload) + payload;
    }

    /** A reader over the payload, without copying it. */
    public ByteReader payload() {
        return new ByteReader(bytes, payloadOffset, bytes.length - payloadOffset);
    }

    public int payloadLength() {
        return bytes.length - payloadOffset;
    }

    /** @throws CrdtFormatException if the payload has no valid envelope; offsets in the result count from the whole
     *     change's bytes, see {@link #bodyOf} */
    public Envelope envelope() {
        return Envelope.read(payload());
    }

    /** A reader over the body of the operation whose envelope was read from this change. */
    public ByteReader bodyOf(Envelope envelope) {
        return new ByteReader(bytes, envelope.bodyOffset(), bytes.length - envelope.bodyOffset());
    }

    /** The encoded form, a copy. */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    /** The encoded form itself. The caller must not change it. */
    public byte[] encoded() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Change change && Arrays.equals(bytes, change.bytes);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "Change(" + id + ", " + dependencyCount + " dependencies, " + payloadLength() + " bytes)";
    }
}
