package dev.weft.crdt.history;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import java.util.Arrays;

/** Values of one meaning, one below the other. A column that never changes is written once. */
final class Column {
    private static final int CONSTANT = 0;
    private static final int BYTES = 1;

    private Column() {}

    static void writeBytes(ByteWriter out, byte[] values, int count) {
        boolean constant = true;
        for (int i = 1; i < count && constant; i++) {
            constant = values[i] == values[0];
        }
        if (constant) {
            out.writeByte(CONSTANT).writeByte(values[0]);
        } else {
            out.writeByte(BYTES).writeBytes(values, 0, count);
        }
    }

    static byte[] readBytes(ByteReader in, int count, String what) {
        int form = in.readByte(what);
        if (form == BYTES) {
            return in.readBytes(count, what);
        }
        if (form != CONSTANT) {
            throw new CrdtFormatException("Unknown form of the column " + what + ": " + form);
        }
        byte[] values = new byte[count];
        Arrays.fill(values, (byte) in.readByte(what));
        return values;
    }

    /** Small numbers of either sign in few bytes. */
    static long zigzag(long value) {
        return value << 1 ^ value >> 63;
    }

    static long unzigzag(long value) {
        return value >>> 1 ^ -(value & 1);
    }
}
