package dev.weft.crdt.handler.map;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.SeedValues;
import dev.weft.crdt.handler.ValueCodec;

/** A map with text keys (spec crdt 15.3). The last operation on a key in replay order wins. */
public final class MapType<V> implements DataType<MapState<V>, MapOperation<V>> {
    private final ValueCodec<V> codec;

    public MapType(ValueCodec<V> codec) {
        this.codec = codec;
    }

    @Override
    public MapState<V> emptyState() {
        return new MapState<>();
    }

    @Override
    public MapState<V> decodeState(ByteReader blob) {
        int count = blob.readCount(2, "map");
        MapState<V> state = emptyState();
        SeedValues<V> values = new SeedValues<>(codec);
        for (int i = 0; i < count; i++) {
            String key = blob.readString("map key");
            if (values.next(blob)) {
                put(state, key, values.value());
            }
        }
        values.finish();
        return state;
    }

    @Override
    public void encodeState(MapState<V> state, ByteWriter blob) {
        blob.writeUvarint(state.size());
        for (MapState.Entry<V> entry : state.entries()) {
            blob.writeString(entry.key()).writeBlob(codec.encode(entry.value()));
        }
    }

    /** What it shows is all there is to it. */
    @Override
    public boolean outlivesSnapshot(MapState<V> state) {
        return true;
    }

    @Override
    public MapOperation<V> decodeOperation(int kind, ByteReader body) {
        switch (kind) {
            case OperationKind.INSERT:
                return new MapOperation.Put<>(body.readString("map key"), codec.decode(body.readBlob("value")));
            case OperationKind.DELETE:
                return new MapOperation.Delete<>(body.readString("map key"));
            case OperationKind.UPDATE:
                return new MapOperation.Update<>(body.readString("map key"), codec.decode(body.readBlob("value")));
            default:
                return null;
        }
    }

    @Override
    public void encodeOperation(MapOperation<V> operation, ByteWriter body) {
        body.writeString(operation.key());
        if (operation instanceof MapOperation.Put<V> put) {
            body.writeBlob(codec.encode(put.value()));
        } else if (operation instanceof MapOperation.Update<V> update) {
            body.writeBlob(codec.encode(update.value()));
        }
    }

    @Override
    public void apply(MapState<V> state, MapOperation<V> operation) {
        applyReversibly(state, operation);
    }

    @Override
    public Runnable applyReversibly(MapState<V> state, MapOperation<V> operation) {
        if (operation instanceof MapOperation.Put<V> put) {
            return put(state, put.key(), put.value());
        }
        MapState.Entry<V> present = state.find(operation.key());
        if (present == null) {
            return NOTHING;
        }
        if (operation instanceof MapOperation.Update<V> update) {
            return replace(present, update.value());
        }
        state.remove(operation.key());
        return () -> state.restore(present);
    }

    private static <V> Runnable put(MapState<V> state, String key, V value) {
        MapState.Entry<V> present = state.find(key);
        if (present != null) {
            return replace(present, value);
        }
        state.append(key, value);
        return () -> state.removeLast(key);
    }

    private static <V> Runnable replace(MapState.Entry<V> entry, V value) {
        V before = entry.replace(value);
        return () -> entry.replace(before);
    }

    @Override
    public MapOperation<V> compound(MapOperation<V> first, MapOperation<V> second) {
        if (!first.key().equals(second.key())) {
            return null;
        }
        if (second instanceof MapOperation.Update<V> update) {
            // An update of a key just deleted does nothing, so the deletion is all that is left of both.
            return first instanceof MapOperation.Put
                    ? new MapOperation.Put<>(update.key(), update.value())
                    : first instanceof MapOperation.Delete ? first : second;
        }
        return second;
    }
}
