package dev.weft.crdt.handler.set;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.SeedValues;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.id.OperationId;

/** A set in which a removal only removes what its author had seen (spec crdt 15.6). Everything commutes. */
public final class OrSetType<V> implements DataType<ObservedRemove<V, V>, OrSetOperation<V>> {
    private final ValueCodec<V> codec;

    public OrSetType(ValueCodec<V> codec) {
        this.codec = codec;
    }

    @Override
    public ObservedRemove<V, V> emptyState() {
        return new ObservedRemove<>();
    }

    @Override
    public ObservedRemove<V, V> decodeState(ByteReader blob) {
        int count = blob.readCount(1, "set");
        ObservedRemove<V, V> state = emptyState();
        SeedValues<V> values = new SeedValues<>(codec);
        for (int i = 0; i < count; i++) {
            if (values.next(blob)) {
                state.seed(values.value(), values.value());
            }
        }
        values.finish();
        return state;
    }

    @Override
    public void encodeState(ObservedRemove<V, V> state, ByteWriter blob) {
        blob.writeUvarint(state.size());
        state.forEachLive((value, same) -> blob.writeBlob(codec.encode(value)));
        state.forEachSeeded((value, same) -> blob.writeBlob(codec.encode(value)));
    }

    /** Elements lose their tags, by which others would remove them; nothing has none. */
    @Override
    public boolean outlivesSnapshot(ObservedRemove<V, V> state) {
        return state.size() == 0;
    }

    @Override
    public OrSetOperation<V> decodeOperation(int kind, ByteReader body) {
        switch (kind) {
            case OperationKind.INSERT:
                return new OrSetOperation.Add<>(codec.decode(body.readBlob("value")), OperationId.read(body));
            case OperationKind.DELETE:
                return new OrSetOperation.Remove<>(codec.decode(body.readBlob("value")), Removal.read(body));
            default:
                return null;
        }
    }

    @Override
    public void encodeOperation(OrSetOperation<V> operation, ByteWriter body) {
        body.writeBlob(codec.encode(operation.value()));
        if (operation instanceof OrSetOperation.Add<V> add) {
            add.tag().write(body);
        } else if (operation instanceof OrSetOperation.Remove<V> remove) {
            remove.removal().write(body);
        } else {
            throw new AssertionError(operation);
        }
    }

    @Override
    public void apply(ObservedRemove<V, V> state, OrSetOperation<V> operation) {
        if (operation instanceof OrSetOperation.Add<V> add) {
            state.add(add.value(), add.value(), add.tag());
        } else if (operation instanceof OrSetOperation.Remove<V> remove) {
            state.remove(
                    remove.value(), remove.removal().tags(), remove.removal().removeAll());
        }
    }

    @Override
    public boolean applyOutOfOrder(ObservedRemove<V, V> state, OrSetOperation<V> operation) {
        apply(state, operation);
        return true;
    }
}
