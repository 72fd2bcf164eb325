package dev.weft.crdt.change;

import dev.weft.crdt.change.ChangeStore.StoredOperation;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.history.ChangeParts;
import dev.weft.crdt.history.HistoryBlock;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Where changes lie in memory: the oldest in blocks, once somebody has made such; of the others columns for what is compared,
 * and records for the rest. Append-only.
 */
final class ChangeLog {
    /*
     * A document of a quarter of a million keystrokes has as many changes, so none of them is an object here. Clocks
     * and record addresses are columns. A record holds what is left, in an arena of large arrays:
     *
     *   header   kind (3 bits), form of the dependencies (2 bits), whole, compressed
     *   author   number in the peer table
     *   handler  number in the handler table, which holds the type and id an envelope begins with
     *   kind     only when it does not fit the header
     *   deps     nothing, if there are none or the change before this one is the only one; otherwise a list of
     *            distances in arrival order, or of peer number and clock for changes that are not stored
     *   body     length and bytes, peer ids in it replaced by numbers
     *
     * Whatever these parts do not determine (repeated dependencies are in the list, but over-long varints or ids with
     * a byte order mark are not) makes a "whole" record, which carries the original bytes as its body.
     */
    final PeerTable peers = new PeerTable();
    final HandlerTable handlers = new HandlerTable();
    private final PeerCompression compression = new PeerCompression(peers);
    private final ChangeArena arena = new ChangeArena();
    private final ByteWriter record = new ByteWriter();
    private final ByteWriter compressed = new ByteWriter();
    /* The changes before the first record. Records and their columns begin behind them. */
    private final SealedChanges sealed = new SealedChanges();
    private long[] clocks = new long[4];
    private int[] addresses = new int[4];
    private int records;

    int size() {
        return sealed.size() + records;
    }

    /** Takes a block over as it is. @throws IllegalStateException if there are records, which would lie before it */
    SealedChanges.Segment adopt(HistoryBlock block, int[] peerNumbers, int[] handlerNumbers) {
        if (records > 0) {
            throw new IllegalStateException("Blocks are older than all records");
        }
        return sealed.add(block, peerNumbers, handlerNumbers);
    }

    /** How many changes, from the first on, lie in blocks. */
    int sealedSize() {
        return sealed.size();
    }

    /** Lets a block stand for the oldest records, which must be the same changes. */
    void seal(HistoryBlock block, int[] peerNumbers, int[] handlerNumbers) {
        int count = block.size();
        boolean isSame = count <= records;
        for (int i = 0; i < count && isSame; i++) {
            isSame = block.clockAt(i) == clocks[i] && peerNumbers[block.authorAt(i)] == open(sealed.size() + i).peer;
        }
        if (!isSame) {
            throw new IllegalArgumentException("A block of other changes");
        }
        if (count < records) {
            arena.releaseBefore(addresses[count]);
        } else {
            arena.clear();
        }
        clocks = Arrays.copyOfRange(clocks, count, Math.max(records, count + 4));
        addresses = Arrays.copyOfRange(addresses, count, Math.max(records, count + 4));
        records -= count;
        sealed.add(block, peerNumbers, handlerNumbers);
    }

    private boolean isSealed(int ordinal) {
        return ordinal < sealed.size();
    }

    long clockAt(int ordinal) {
        return isSealed(ordinal) ? sealed.segmentOf(ordinal).clockAt(ordinal) : clocks[ordinal - sealed.size()];
    }

    OperationId idAt(int ordinal) {
        int peer = isSealed(ordinal) ? sealed.segmentOf(ordinal).peerOf(ordinal) : open(ordinal).peer;
        return new OperationId(peers.peer(peer), clockAt(ordinal));
    }

    int handlerOf(int ordinal) {
        return isSealed(ordinal) ? sealed.segmentOf(ordinal).handlerOf(ordinal) : open(ordinal).handler;
    }

    /** Visits what a change depends on. @param ordinalOf finds a change; -1 for what is not stored */
    void forEachDependency(int ordinal, ToIntFunction<OperationId> ordinalOf, ChangeRecord.DependencyVisitor visitor) {
        if (!isSealed(ordinal)) {
            open(ordinal).readDependencies(visitor);
            return;
        }
        SealedChanges.Segment segment = sealed.segmentOf(ordinal);
        int place = ordinal - segment.first();
        if (segment.block().dependsOnPrevious(place)) {
            visitor.stored(ordinal - 1);
            return;
        }
        for (OperationId dependency : segment.block().dependenciesAt(place)) {
            int stored = ordinalOf.applyAsInt(dependency);
            if (stored >= 0) {
                visitor.stored(stored);
            }
        }
    }

    private ChangeRecord open(int ordinal) {
        int address = addresses[ordinal - sealed.size()];
        return new ChangeRecord(ordinal, arena.chunkOf(address), ChangeArena.offsetOf(address));
    }

    /** Starts the record of the next change. */
    void begin(int author, int handler, int kind, boolean whole) {
        boolean shortKind = kind < ChangeRecord.KIND_FOLLOWS;
        record.reset()
                .writeByte((whole ? ChangeRecord.WHOLE : 0) | (shortKind ? kind : ChangeRecord.KIND_FOLLOWS))
                .writeUvarint(author)
                .writeUvarint(handler);
        if (!shortKind) {
            record.writeByte(kind);
        }
    }

    /** The only dependency is the change before this one. */
    void dependOnPrevious() {
        orHeader(ChangeRecord.PREVIOUS_CHANGE);
    }

    /** That many dependencies follow. */
    void beginDependencies(int count) {
        orHeader(ChangeRecord.DEPENDENCY_LIST);
        record.writeUvarint(count);
    }

    void dependOn(int ordinal) {
        record.writeUvarint((long) (size() - ordinal) << 1);
    }

    void dependOnForeign(OperationId id) {
        record.writeUvarint((long) peers.intern(id.peer()) << 1 | 1).writeLong(id.clock());
    }

    /** Ends the record with the body, or with the whole change. @return the ordinal of the change */
    int finish(byte[] bytes, int from, int to, long clock) {
        record.writeUvarint(to - from);
        if (compression.write(bytes, from, to, compressed.reset())) {
            orHeader(ChangeRecord.COMPRESSED);
            record.writeBytes(compressed.array(), 0, compressed.size());
        } else {
            record.writeBytes(bytes, from, to - from);
        }
        if (records == clocks.length) {
            int capacity = records + Math.max(4, records >> 2);
            clocks = Arrays.copyOf(clocks, capacity);
            addresses = Arrays.copyOf(addresses, capacity);
        }
        clocks[records] = clock;
        addresses[records++] = arena.append(record.array(), record.size());
        // Again at the end, so that an idle document does not keep room for the largest change it ever saw.
        record.reset();
        compressed.reset();
        return size() - 1;
    }

    private void orHeader(int flags) {
        record.array()[0] |= (byte) flags;
    }

    /** The change as it came in. */
    byte[] bytesOf(int ordinal) {
        if (isSealed(ordinal)) {
            return sealed.bytesOf(ordinal);
        }
        ChangeRecord stored = open(ordinal);
        List<OperationId> dependencies = new ArrayList<>(1);
        stored.readDependencies(new ChangeRecord.DependencyVisitor() {
            @Override
            public void stored(int dependency) {
                dependencies.add(idAt(dependency));
            }

            @Override
            public void foreign(int peer, long clock) {
                dependencies.add(new OperationId(peers.peer(peer), clock));
            }
        });
        byte[] body = readBody(stored);
        if (stored.is(ChangeRecord.WHOLE)) {
            return body;
        }
        OperationId id = new OperationId(peers.peer(stored.peer), clockAt(ordinal));
        return ChangeParts.join(id, dependencies, handlers.prefix(stored.handler), stored.kind, body, 0, body.length);
    }

    StoredOperation operationAt(int ordinal) {
        if (isSealed(ordinal)) {
            Change change = Change.decode(sealed.bytesOf(ordinal));
            Envelope envelope = change.envelope();
            return new StoredOperation(envelope.kind(), change.bodyOf(envelope));
        }
        ChangeRecord stored = open(ordinal);
        stored.readDependencies(null);
        if (stored.is(ChangeRecord.WHOLE)) {
            Change change = Change.decode(readBody(stored));
            return new StoredOperation(stored.kind, change.bodyOf(change.envelope()));
        }
        int length = (int) stored.rest.readUvarint("body");
        if (stored.is(ChangeRecord.COMPRESSED)) {
            return new StoredOperation(stored.kind, new ByteReader(compression.read(stored.rest, length)));
        }
        return new StoredOperation(stored.kind, new ByteReader(stored.rest.array(), stored.rest.position(), length));
    }

    private byte[] readBody(ChangeRecord stored) {
        int length = (int) stored.rest.readUvarint("body");
        return stored.is(ChangeRecord.COMPRESSED)
                ? compression.read(stored.rest, length)
                : stored.rest.readBytes(length, "body");
    }

    long retainedBytes() {
        return sealed.retainedBytes() + arena.bytes() + 12L * clocks.length;
    }
}
