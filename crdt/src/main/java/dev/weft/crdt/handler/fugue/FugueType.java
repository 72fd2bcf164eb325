package dev.weft.crdt.handler.fugue;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.sequence.ElementId;
import dev.weft.crdt.sequence.ElementRange;
import java.util.ArrayList;
import java.util.List;

/**
 * A Fugue sequence as a data type (spec crdt 16.8). Operations commute but for the cases {@link FugueState} watches.
 * Subclasses know what values are and how they look in bytes.
 *
 * @param <V> the values of several elements
 */
public abstract class FugueType<S extends FugueState<V>, V> implements DataType<S, FugueOperation<V>> {
    /** An id and an empty value at least. */
    private static final int ITEM_BYTES_MIN = 2;

    /** Collects values while they are read. */
    protected interface ValueReader<V> {
        /** Reads a value with its length. */
        void read(ByteReader in);

        /** As {@link #read}; false if the value is to be left out because it cannot be decoded. */
        default boolean readSeed(ByteReader in) {
            read(in);
            return true;
        }

        /** All values read, in order. */
        V values();
    }

    protected abstract ValueReader<V> valueReader(int expected);

    /** Writes one value with its length. */
    protected abstract void writeValue(ByteWriter out, V values, int index);

    /** Writes every live element as a blob of its id and its value. */
    protected abstract void writeElements(ByteWriter out, S state);

    @Override
    public final S decodeState(ByteReader blob) {
        S state = emptyState();
        int count = blob.readCount(ITEM_BYTES_MIN, "elements");
        ElementRanges ids = new ElementRanges();
        ValueReader<V> values = valueReader(count);
        for (int i = 0; i < count; i++) {
            ElementId id = newId(ElementId.readWhole(blob.readBlobView("element id")));
            if (values.readSeed(blob)) {
                ids.add(id);
            } else {
                state.counters().use(id);
            }
        }
        // A chain: the shape the tree had is forgotten (spec crdt 16.8, W16).
        state.apply(new FugueOperation.Insert<>(ElementId.NULL, ElementId.NULL, ids.toList(), values.values()));
        state.counters().readFloor(blob);
        return state;
    }

    @Override
    public final void encodeState(S state, ByteWriter blob) {
        blob.writeUvarint(state.tree().size());
        writeElements(blob, state);
        state.counters().writeFloor(blob);
    }

    /** A snapshot brings every sequence back as a chain of live elements; this one must be that chain already. */
    @Override
    public final boolean outlivesSnapshot(S state) {
        return state.tree().isLiveChain();
    }

    @Override
    public final FugueOperation<V> decodeOperation(int kind, ByteReader body) {
        switch (kind) {
            case OperationKind.INSERT:
                return readInsert(body);
            case OperationKind.DELETE:
                return readDelete(body);
            case OperationKind.UPDATE:
                return readUpdate(body);
            default:
                return null;
        }
    }

    private FugueOperation<V> readInsert(ByteReader body) {
        ElementId left = ElementId.read(body);
        ElementId right = ElementId.read(body);
        int count = body.readCount(ITEM_BYTES_MIN, "elements");
        ElementRanges ids = new ElementRanges();
        ValueReader<V> values = valueReader(count);
        for (int i = 0; i < count; i++) {
            ids.add(newId(ElementId.read(body)));
            values.read(body);
        }
        return new FugueOperation.Insert<>(left, right, ids.toList(), values.values());
    }

    private FugueOperation<V> readDelete(ByteReader body) {
        int count = body.readCount(1, "elements");
        ElementRanges ids = new ElementRanges();
        for (int i = 0; i < count; i++) {
            ElementId id = ElementId.read(body);
            if (!id.isNull()) {
                ids.add(id);
            }
        }
        return new FugueOperation.Delete<>(ids.toList());
    }

    private FugueOperation<V> readUpdate(ByteReader body) {
        int count = body.readCount(ITEM_BYTES_MIN + 1, "elements");
        List<FugueOperation.Replacement> replacements = new ArrayList<>(count);
        ValueReader<V> values = valueReader(count);
        for (int i = 0; i < count; i++) {
            ElementId target = ElementId.read(body);
            replacements.add(new FugueOperation.Replacement(target, newId(ElementId.read(body))));
            values.read(body);
        }
        return new FugueOperation.Update<>(replacements, values.values());
    }

    private static ElementId newId(ElementId id) {
        if (id.isNull()) {
            throw new CrdtFormatException("An element without an id");
        }
        return id;
    }

    @Override
    public final void encodeOperation(FugueOperation<V> operation, ByteWriter body) {
        if (operation instanceof FugueOperation.Insert<V> insert) {
            writeInsert(body, insert);
        } else if (operation instanceof FugueOperation.Delete<V> delete) {
            body.writeUvarint(ElementRanges.count(delete.ids()));
            ElementRanges.write(body, delete.ids());
        } else if (operation instanceof FugueOperation.Update<V> update) {
            writeUpdate(body, update);
        } else {
            throw new AssertionError(operation);
        }
    }

    private void writeInsert(ByteWriter body, FugueOperation.Insert<V> insert) {
        insert.left().write(body);
        insert.right().write(body);
        body.writeUvarint(ElementRanges.count(insert.ids()));
        int index = 0;
        for (ElementRange range : insert.ids()) {
            for (int i = 0; i < range.count(); i++) {
                ElementId.write(body, range.peer(), range.first() + i);
                writeValue(body, insert.values(), index++);
            }
        }
    }

    private void writeUpdate(ByteWriter body, FugueOperation.Update<V> update) {
        body.writeUvarint(update.replacements().size());
        int index = 0;
        for (FugueOperation.Replacement item : update.replacements()) {
            item.target().write(body);
            item.newId().write(body);
            writeValue(body, update.values(), index++);
        }
    }

    @Override
    public final void apply(S state, FugueOperation<V> operation) {
        state.apply(operation);
    }

    @Override
    public final boolean applyOutOfOrder(S state, FugueOperation<V> operation) {
        return state.applyLate(operation);
    }
}
