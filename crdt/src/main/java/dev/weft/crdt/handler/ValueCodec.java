package dev.weft.crdt.handler;

import java.util.function.Function;

/**
 * How the values of a generic data type become bytes (spec crdt 14). The codec is not named on the wire: all replicas
 * of a handler must use equal ones. Implementations are stateless and may be shared between threads.
 */
public interface ValueCodec<T> {
    /**
     * Values that are bytes already. Also what the states of unopened handlers use: they carry values without knowing
     * their type. The arrays are passed through without copying and must not be changed. As elements of sets and keys
     * of maps they are compared by content inside a handler; the Java collection a handler gives out compares them by
     * identity, as Java does.
     */
    ValueCodec<byte[]> RAW = new ValueCodec<>() {
        @Override
        public byte[] encode(byte[] value) {
            return value;
        }

        @Override
        public byte[] decode(byte[] bytes) {
            return bytes;
        }
    };

    /** @throws IllegalArgumentException if the value has no encoding; nothing was queued or changed then */
    byte[] encode(T value);

    /** @throws dev.weft.crdt.codec.CrdtFormatException if the bytes are no value of this type */
    T decode(byte[] bytes);

    /**
     * A codec for an application type that is stored as a simpler one. A converter that throws makes the value
     * undecodable, which drops the operation that carries it and nothing else.
     */
    default <U> ValueCodec<U> as(Function<? super T, ? extends U> read, Function<? super U, ? extends T> write) {
        return new ConvertingCodec<>(this, read, write);
    }
}
