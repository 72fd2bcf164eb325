package dev.weft.crdt.handler;

import dev.weft.crdt.codec.CrdtFormatException;
import java.util.function.Function;

/** A codec followed by a conversion. Turns whatever a converter throws on remote input into a format error. */
record ConvertingCodec<T, U>(
        ValueCodec<T> inner, Function<? super T, ? extends U> read, Function<? super U, ? extends T> write)
        implements ValueCodec<U> {
    @Override
    public byte[] encode(U value) {
        return inner.encode(write.apply(value));
    }

    @Override
    public U decode(byte[] bytes) {
        T plain = inner.decode(bytes);
        try {
            return read.apply(plain);
        } catch (CrdtFormatException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CrdtFormatException("A value the converter refuses", e);
        }
    }
}
