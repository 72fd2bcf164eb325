package dev.weft.crdt.version;

import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.ObjLongConsumer;

/**
 * Per peer, the newest operation seen (spec crdt 5). Immutable; {@link Builder} is the growing form. Entries keep
 * their insertion order because it shows in the bytes; equality ignores it.
 */
public final class VersionVector {
    public static final VersionVector EMPTY = new VersionVector(new LinkedHashMap<>());
    private static final int ENTRY_BYTES = OperationId.BYTES;

    private final LinkedHashMap<PeerId, Long> clocks;

    private VersionVector(LinkedHashMap<PeerId, Long> clocks) {
        this.clocks = clocks;
    }

    public static Builder builder() {
        return new Builder(new LinkedHashMap<>());
    }

    public Builder toBuilder() {
        return new Builder(new LinkedHashMap<>(clocks));
    }

    /** @throws dev.weft.crdt.codec.CrdtFormatException if the bytes are cut or longer than the vector */
    public static VersionVector decode(byte[] bytes) {
        return read(new ByteReader(bytes));
    }

    /** Reads a vector that fills the rest of the reader. */
    public static VersionVector read(ByteReader reader) {
        int count = reader.readCount(ENTRY_BYTES, "version vector");
        LinkedHashMap<PeerId, Long> clocks = new LinkedHashMap<>(Math.max(4, count * 2));
        for (int i = 0; i < count; i++) {
            clocks.put(PeerId.read(reader), reader.readLong("version vector"));
        }
        reader.expectEnd("version vector");
        return new VersionVector(clocks);
    }

    public byte[] encode() {
        ByteWriter writer = new ByteWriter(5 + size() * ENTRY_BYTES);
        writer.writeUvarint(size());
        forEach((peer, clock) -> {
            peer.write(writer);
            writer.writeLong(clock);
        });
        return writer.toByteArray();
    }

    public int size() {
        return clocks.size();
    }

    public boolean isEmpty() {
        return clocks.isEmpty();
    }

    public Set<PeerId> peers() {
        return java.util.Collections.unmodifiableSet(clocks.keySet());
    }

    /** The newest stamp seen of this peer, or null. */
    public HybridTimestamp get(PeerId peer) {
        Long clock = clocks.get(peer);
        return clock == null ? null : new HybridTimestamp(clock);
    }

    /** Whether the operation is at or below this vector. */
    public boolean covers(OperationId id) {
        return covers(id.peer(), id.clock());
    }

    /** {@link #covers(OperationId)} on a packed stamp. */
    public boolean covers(PeerId peer, long clock) {
        Long seen = clocks.get(peer);
        return seen != null && HybridTimestamp.compare(clock, seen) <= 0;
    }

    /** Visits peers and packed stamps in insertion order. */
    public void forEach(ObjLongConsumer<PeerId> visitor) {
        clocks.forEach(visitor::accept);
    }

    /** Per peer the larger stamp; new peers are appended in the other's order. */
    public VersionVector merged(VersionVector other) {
        return toBuilder().updateAll(other).build();
    }

    /** Per peer known to all of them the smallest stamp, in the order of the first; empty for no vectors. */
    public static VersionVector intersection(Collection<VersionVector> vectors) {
        LinkedHashMap<PeerId, Long> common = null;
        for (VersionVector vector : vectors) {
            if (common == null) {
                common = new LinkedHashMap<>(vector.clocks);
                continue;
            }
            common.keySet().retainAll(vector.clocks.keySet());
            common.replaceAll((peer, clock) -> {
                long theirs = vector.clocks.get(peer);
                return HybridTimestamp.compare(theirs, clock) < 0 ? theirs : clock;
            });
        }
        return common == null ? EMPTY : new VersionVector(common);
    }

    /** Compares only the single largest stamp of each side. Says nothing about coverage. */
    public boolean isNewerThan(VersionVector other) {
        HybridTimestamp mine = newest();
        HybridTimestamp theirs = other.newest();
        return mine != null && (theirs == null || mine.isAfter(theirs));
    }

    /** Whether every peer of the other vector is here with a larger stamp. True against an empty vector. */
    public boolean isStrictlyNewerThan(VersionVector other) {
        return other.clocks.entrySet().stream().allMatch(entry -> {
            Long mine = clocks.get(entry.getKey());
            return mine != null && HybridTimestamp.compare(mine, entry.getValue()) > 0;
        });
    }

    /** Whether this vector has seen everything the other has: {@code >=} for every peer of the other. */
    public boolean dominates(VersionVector other) {
        for (Map.Entry<PeerId, Long> entry : other.clocks.entrySet()) {
            if (!covers(entry.getKey(), entry.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** The largest stamp, or null if empty. */
    public HybridTimestamp newest() {
        return clocks.values().stream()
                .map(HybridTimestamp::new)
                .max(HybridTimestamp::compareTo)
                .orElse(null);
    }

    /** The smallest stamp, or null if empty. */
    public HybridTimestamp oldest() {
        return clocks.values().stream()
                .map(HybridTimestamp::new)
                .min(HybridTimestamp::compareTo)
                .orElse(null);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VersionVector vector && clocks.equals(vector.clocks);
    }

    @Override
    public int hashCode() {
        return clocks.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        forEach((peer, clock) -> text.append(text.length() > 1 ? ", " : "")
                .append(peer)
                .append(": ")
                .append(new HybridTimestamp(clock)));
        return text.append('}').toString();
    }

    /** A version vector that grows. Not thread-safe. */
    public static final class Builder {
        private final LinkedHashMap<PeerId, Long> clocks;

        private Builder(LinkedHashMap<PeerId, Long> clocks) {
            this.clocks = clocks;
        }

        /** Keeps the larger stamp; a new peer is appended. */
        public Builder update(PeerId peer, long clock) {
            Long seen = clocks.get(peer);
            if (seen == null || HybridTimestamp.compare(clock, seen) > 0) {
                clocks.put(peer, clock);
            }
            return this;
        }

        public Builder update(OperationId id) {
            return update(id.peer(), id.clock());
        }

        public Builder update(PeerId peer, HybridTimestamp timestamp) {
            return update(peer, timestamp.packed());
        }

        public Builder updateAll(VersionVector other) {
            other.forEach(this::update);
            return this;
        }

        public Builder remove(Collection<PeerId> peers) {
            clocks.keySet().removeAll(peers);
            return this;
        }

        public boolean covers(PeerId peer, long clock) {
            Long seen = clocks.get(peer);
            return seen != null && HybridTimestamp.compare(clock, seen) <= 0;
        }

        /** Whether every stamp of the other is covered. */
        public boolean dominates(Builder other) {
            for (Map.Entry<PeerId, Long> each : other.clocks.entrySet()) {
                if (!covers(each.getKey(), each.getValue())) {
                    return false;
                }
            }
            return true;
        }

        /** A copy; the builder may go on growing. */
        public VersionVector build() {
            return clocks.isEmpty() ? EMPTY : new VersionVector(new LinkedHashMap<>(clocks));
        }
    }
}
