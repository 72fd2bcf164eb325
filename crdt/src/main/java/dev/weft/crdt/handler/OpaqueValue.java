package dev.weft.crdt.handler;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A value whose codec is not known: its bytes, with equality. Lets a document without the handler object fold the
 * built-in types and snapshot them, byte for byte.
 */
public record OpaqueValue(byte[] bytes) {
    public static final ValueCodec<OpaqueValue> CODEC = new ValueCodec<>() {
        @Override
        public byte[] encode(OpaqueValue value) {
            return value.bytes;
        }

        @Override
        public OpaqueValue decode(byte[] bytes) {
            return new OpaqueValue(bytes);
        }
    };

    @Override
    public boolean equals(Object other) {
        return other instanceof OpaqueValue value && Arrays.equals(bytes, value.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
