package dev.weft.crdt.change;

import dev.weft.crdt.codec.ByteReader;

/**
 * One stored change, opened for reading: a cursor over its record in the arena. The parts are read in the order in
 * which they lie there, see {@link ChangeStore}.
 */
final class ChangeRecord {
    static final int KIND_MASK = 0x07;
    static final int KIND_FOLLOWS = 0x07;
    static final int DEPENDENCIES_MASK = 0x18;
    static final int NO_DEPENDENCY = 0x00;
    static final int PREVIOUS_CHANGE = 0x08;
    static final int DEPENDENCY_LIST = 0x10;
    /* The change has bytes its parts do not determine, such as over-long varints: they are kept whole. */
    static final int WHOLE = 0x20;
    static final int COMPRESSED = 0x40;

    final int ordinal;
    final int header;
    final int peer;
    final int handler;
    final int kind;
    final ByteReader rest;

    ChangeRecord(int ordinal, byte[] chunk, int offset) {
        this.ordinal = ordinal;
        this.rest = new ByteReader(chunk, offset, chunk.length - offset);
        this.header = rest.readByte("record");
        this.peer = (int) rest.readUvarint("record");
        this.handler = (int) rest.readUvarint("record");
        int shortKind = header & KIND_MASK;
        this.kind = shortKind == KIND_FOLLOWS ? rest.readByte("record") : shortKind;
    }

    boolean is(int flag) {
        return (header & flag) != 0;
    }

    /** Moves behind the dependencies. @param visitor may be null */
    void readDependencies(DependencyVisitor visitor) {
        int form = header & DEPENDENCIES_MASK;
        if (form == PREVIOUS_CHANGE) {
            if (visitor != null) {
                visitor.stored(ordinal - 1);
            }
            return;
        }
        int count = form == NO_DEPENDENCY ? 0 : (int) rest.readUvarint("record");
        for (int i = 0; i < count; i++) {
            readDependency(visitor);
        }
    }

    private void readDependency(DependencyVisitor visitor) {
        int reference = (int) rest.readUvarint("record");
        boolean foreign = (reference & 1) != 0;
        long clock = foreign ? rest.readLong("record") : 0;
        if (visitor == null) {
            return;
        }
        if (foreign) {
            visitor.foreign(reference >>> 1, clock);
        } else {
            visitor.stored(ordinal - (reference >>> 1));
        }
    }

    /** What a change depends on. */
    interface DependencyVisitor {
        void stored(int ordinal);

        /** A dependency that is not in the store: pruned, or covered by a snapshot. */
        void foreign(int peer, long clock);
    }
}
