package dev.weft.crdt.change;

import dev.weft.crdt.change.ChangeStore.StoredOperation;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Where changes lie in memory: columns for what is compared, records for the rest. Append-only. */
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
    private long[] clocks = new long[4];
    private int[] addresses = new int[4];
    private int size;

    int size() {
        return size;
    }

    long clockAt(int ordinal) {
        return clocks[ordinal];
    }

    OperationId idAt(int ordinal) {
        return new OperationId(peers.peer(open(ordinal).peer), clocks[ordinal]);
    }

    ChangeRecord open(int ordinal) {
        int address = addresses[ordinal];
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
        record.writeUvarint((long) (size - ordinal) << 1);
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
        if (size == clocks.length) {
            int capacity = size + Math.max(4, size >> 2);
            clocks = Arrays.copyOf(clocks, capacity);
            addresses = Arrays.copyOf(addresses, capacity);
        }
        clocks[size] = clock;
        addresses[size] = arena.append(record.array(), record.size());
        // Again at the end, so that an idle document does not keep room for the largest change it ever saw.
        record.reset();
        compressed.reset();
        return size++;
    }

    private void orHeader(int flags) {
        record.array()[0] |= (byte) flags;
    }

    /** The change as it came in. */
    byte[] bytesOf(int ordinal) {
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
        OperationId id = new OperationId(peers.peer(stored.peer), clocks[ordinal]);
        return Change.encode(id, dependencies, handlers.prefix(stored.handler), stored.kind, body);
    }

    StoredOperation operationAt(int ordinal) {
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
        return arena.bytes() + 12L * clocks.length;
    }
}
