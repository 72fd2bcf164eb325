package dev.weft.crdt.handler.map;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.SeedValues;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.set.ObservedRemove;
import dev.weft.crdt.handler.set.Removal;
import dev.weft.crdt.id.OperationId;
import java.util.function.BiConsumer;

/** A map in which a removal only removes the puts its author had seen (spec crdt 15.7). Everything commutes. */
public final class OrMapType<K, V> implements DataType<ObservedRemove<K, V>, OrMapOperation<K, V>> {
    private final ValueCodec<K> keyCodec;
    private final ValueCodec<V> valueCodec;

    public OrMapType(ValueCodec<K> keyCodec, ValueCodec<V> valueCodec) {
        this.keyCodec = keyCodec;
        this.valueCodec = valueCodec;
    }

    @Override
    public ObservedRemove<K, V> emptyState() {
        return new ObservedRemove<>();
    }

    @Override
    public ObservedRemove<K, V> decodeState(ByteReader blob) {
        int count = blob.readCount(2, "map");
        ObservedRemove<K, V> state = emptyState();
        SeedValues<K> keys = new SeedValues<>(keyCodec);
        SeedValues<V> values = new SeedValues<>(valueCodec);
        for (int i = 0; i < count; i++) {
            boolean hasKey = keys.next(blob);
            if (values.next(blob) && hasKey) {
                state.seed(keys.value(), values.value());
            }
        }
        keys.finish();
        values.finish();
        return state;
    }

    @Override
    public void encodeState(ObservedRemove<K, V> state, ByteWriter blob) {
        BiConsumer<K, V> write =
                (key, value) -> blob.writeBlob(keyCodec.encode(key)).writeBlob(valueCodec.encode(value));
        blob.writeUvarint(state.size());
        state.forEachSeeded(write);
        state.forEachLive(write);
    }

    /** Elements lose their tags, by which others would remove them; nothing has none. */
    @Override
    public boolean outlivesSnapshot(ObservedRemove<K, V> state) {
        return state.size() == 0;
    }

    @Override
    public OrMapOperation<K, V> decodeOperation(int kind, ByteReader body) {
        switch (kind) {
            case OperationKind.INSERT:
                return new OrMapOperation.Put<>(
                        keyCodec.decode(body.readBlob("key")),
                        valueCodec.decode(body.readBlob("value")),
                        OperationId.read(body));
            case OperationKind.DELETE:
                return new OrMapOperation.Remove<>(keyCodec.decode(body.readBlob("key")), Removal.read(body));
            default:
                return null;
        }
    }

    @Override
    public void encodeOperation(OrMapOperation<K, V> operation, ByteWriter body) {
        body.writeBlob(keyCodec.encode(operation.key()));
        if (operation instanceof OrMapOperation.Put<K, V> put) {
            put.tag().write(body.writeBlob(valueCodec.encode(put.value())));
        } else if (operation instanceof OrMapOperation.Remove<K, V> remove) {
            remove.removal().write(body);
        } else {
            throw new AssertionError(operation);
        }
    }

    @Override
    public void apply(ObservedRemove<K, V> state, OrMapOperation<K, V> operation) {
        if (operation instanceof OrMapOperation.Put<K, V> put) {
            state.add(put.key(), put.value(), put.tag());
        } else if (operation instanceof OrMapOperation.Remove<K, V> remove) {
            state.remove(remove.key(), remove.removal().tags(), remove.removal().removeAll());
        }
    }

    @Override
    public boolean applyOutOfOrder(ObservedRemove<K, V> state, OrMapOperation<K, V> operation) {
        apply(state, operation);
        return true;
    }
}
