package dev.weft.crdt.id;

import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;

/**
 * Which write it was: author and stamp (spec crdt 4). Ordered by stamp, then peer; this is the replay order of changes.
 *
 * @param clock the stamp in packed form, see {@link HybridTimestamp}
 */
public record OperationId(PeerId peer, long clock) implements Comparable<OperationId> {
    public static final int BYTES = PeerId.BYTES + HybridTimestamp.BYTES;

    public OperationId(PeerId peer, HybridTimestamp timestamp) {
        this(peer, timestamp.packed());
    }

    /** Reads {@code peer@millis.counter}. @throws CrdtFormatException for anything else */
    public static OperationId parse(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            throw new CrdtFormatException("Invalid OperationId format: " + text);
        }
        return new OperationId(PeerId.parse(text.substring(0, at)), HybridTimestamp.parse(text.substring(at + 1)));
    }

    public static OperationId read(ByteReader reader) {
        return new OperationId(PeerId.read(reader), reader.readLong("clock"));
    }

    public void write(ByteWriter writer) {
        peer.write(writer);
        writer.writeLong(clock);
    }

    public HybridTimestamp timestamp() {
        return new HybridTimestamp(clock);
    }

    @Override
    public int compareTo(OperationId other) {
        int byClock = HybridTimestamp.compare(clock, other.clock);
        return byClock != 0 ? byClock : peer.compareTo(other.peer);
    }

    /** Written out for the same reason as that of {@link PeerId}. */
    @Override
    public boolean equals(Object other) {
        return other instanceof OperationId id && clock == id.clock && peer.equals(id.peer);
    }

    @Override
    public int hashCode() {
        long mixed = clock * 0xff51afd7ed558ccdL;
        return peer.hashCode() * 31 + (int) (mixed ^ mixed >>> 32);
    }

    @Override
    public String toString() {
        return peer + "@" + timestamp();
    }
}
