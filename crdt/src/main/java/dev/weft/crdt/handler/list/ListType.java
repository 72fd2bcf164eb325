package dev.weft.crdt.handler.list;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.SeedValues;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.sequence.ListRope;
import java.util.ArrayList;
import java.util.List;

/**
 * A list by index (spec crdt 15.2). The last operation in replay order wins a place; nothing commutes.
 */
public final class ListType<V> implements DataType<List<V>, ListOperation<V>> {
    private final ValueCodec<V> codec;

    public ListType(ValueCodec<V> codec) {
        this.codec = codec;
    }

    @Override
    public List<V> emptyState() {
        return new ListRope<>();
    }

    @Override
    public List<V> decodeState(ByteReader blob) {
        int count = blob.readCount(1, "list");
        List<V> list = new ArrayList<>(count);
        SeedValues<V> values = new SeedValues<>(codec);
        for (int i = 0; i < count; i++) {
            if (values.next(blob)) {
                list.add(values.value());
            }
        }
        values.finish();
        List<V> state = emptyState();
        state.addAll(list);
        return state;
    }

    @Override
    public void encodeState(List<V> state, ByteWriter blob) {
        blob.writeUvarint(state.size());
        for (V value : state) {
            blob.writeBlob(codec.encode(value));
        }
    }

    /** What it shows is all there is to it. */
    @Override
    public boolean outlivesSnapshot(List<V> state) {
        return true;
    }

    @Override
    public ListOperation<V> decodeOperation(int kind, ByteReader body) {
        switch (kind) {
            case OperationKind.INSERT:
                return new ListOperation.Insert<>(body.readUvarint("index"), codec.decode(body.readBlob("value")));
            case OperationKind.DELETE:
                return new ListOperation.Delete<>(body.readUvarint("index"), body.readUvarint("count"));
            case OperationKind.UPDATE:
                return new ListOperation.Update<>(body.readUvarint("index"), codec.decode(body.readBlob("value")));
            default:
                return null;
        }
    }

    @Override
    public void encodeOperation(ListOperation<V> operation, ByteWriter body) {
        if (operation instanceof ListOperation.Insert<V> insert) {
            body.writeUvarint(insert.index()).writeBlob(codec.encode(insert.value()));
        } else if (operation instanceof ListOperation.Update<V> update) {
            body.writeUvarint(update.index()).writeBlob(codec.encode(update.value()));
        } else if (operation instanceof ListOperation.Delete<V> delete) {
            body.writeUvarint(delete.index()).writeUvarint(delete.count());
        } else {
            throw new AssertionError(operation);
        }
    }

    @Override
    public void apply(List<V> state, ListOperation<V> operation) {
        applyReversibly(state, operation);
    }

    @Override
    public Runnable applyReversibly(List<V> state, ListOperation<V> operation) {
        // Compared as long before narrowing: a peer may send indexes and counts up to 2^63 - 1.
        if (operation instanceof ListOperation.Insert<V> insert) {
            int at = (int) Math.min(insert.index(), state.size());
            state.add(at, insert.value());
            return () -> state.remove(at);
        }
        if (operation instanceof ListOperation.Delete<V> delete && delete.index() < state.size()) {
            int from = (int) delete.index();
            int count = (int) Math.min(delete.count(), state.size() - from);
            return remove(state, from, count);
        }
        if (operation instanceof ListOperation.Update<V> update && update.index() < state.size()) {
            int at = (int) update.index();
            V before = state.set(at, update.value());
            return () -> state.set(at, before);
        }
        return NOTHING;
    }

    private static <V> Runnable remove(List<V> state, int from, int count) {
        if (count == 1) {
            V removed = state.remove(from);
            return () -> state.add(from, removed);
        }
        List<V> range = state.subList(from, from + count);
        List<V> removed = new ArrayList<>(range);
        range.clear();
        return () -> state.addAll(from, removed);
    }

    @Override
    public ListOperation<V> compound(ListOperation<V> first, ListOperation<V> second) {
        if (first instanceof ListOperation.Delete<V> a && second instanceof ListOperation.Delete<V> b) {
            boolean touches = b.index() == a.index() || b.index() + b.count() == a.index();
            return touches ? new ListOperation.Delete<>(b.index(), a.count() + b.count()) : null;
        }
        boolean sameUpdated = first instanceof ListOperation.Update<V> a
                && second instanceof ListOperation.Update<V> b
                && a.index() == b.index();
        return sameUpdated ? second : null;
    }
}
