package dev.weft.crdt.handler.register;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.ValueCodec;

/** One value; the last write in replay order wins (spec crdt 15.4). */
public final class RegisterType<V> implements DataType<RegisterState<V>, RegisterOperation<V>> {
    private final ValueCodec<V> codec;

    public RegisterType(ValueCodec<V> codec) {
        this.codec = codec;
    }

    @Override
    public RegisterState<V> emptyState() {
        return new RegisterState<>(null);
    }

    @Override
    public RegisterState<V> decodeState(ByteReader blob) {
        // Any first byte but zero means set, and an empty blob means unset: so reads the reference.
        if (blob.isExhausted() || blob.readByte("register") == 0) {
            return emptyState();
        }
        return new RegisterState<>(codec.decode(blob.readBlob("register value")));
    }

    @Override
    public void encodeState(RegisterState<V> state, ByteWriter blob) {
        if (state.get() == null) {
            blob.writeByte(0);
        } else {
            blob.writeByte(1).writeBlob(codec.encode(state.get()));
        }
    }

    /** What it shows is all there is to it. */
    @Override
    public boolean outlivesSnapshot(RegisterState<V> state) {
        return true;
    }

    @Override
    public RegisterOperation<V> decodeOperation(int kind, ByteReader body) {
        return kind == OperationKind.INSERT
                ? new RegisterOperation<>(codec.decode(body.readBlob("register value")))
                : null;
    }

    @Override
    public void encodeOperation(RegisterOperation<V> operation, ByteWriter body) {
        body.writeBlob(codec.encode(operation.value()));
    }

    @Override
    public void apply(RegisterState<V> state, RegisterOperation<V> operation) {
        state.set(operation.value());
    }

    @Override
    public Runnable applyReversibly(RegisterState<V> state, RegisterOperation<V> operation) {
        V before = state.get();
        state.set(operation.value());
        return () -> state.set(before);
    }

    @Override
    public RegisterOperation<V> compound(RegisterOperation<V> first, RegisterOperation<V> second) {
        return second;
    }
}
