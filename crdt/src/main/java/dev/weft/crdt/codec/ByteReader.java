package dev.weft.crdt.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * Reads the primitives of the binary formats from a range of a byte array. Every fault is a
 * {@link CrdtFormatException}; no length is believed before it was compared with what is left, so a decoder never
 * allocates more than its input is long. Not thread-safe.
 */
public final class ByteReader {
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private final int limit;
    private int position;

    public ByteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /** @throws IndexOutOfBoundsException if the range does not lie inside the array */
    public ByteReader(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        this.bytes = bytes;
        this.position = offset;
        this.limit = offset + length;
    }

    /** The array that is read from; offsets returned by this reader are offsets into it. */
    public byte[] array() {
        return bytes;
    }

    public int position() {
        return position;
    }

    public int limit() {
        return limit;
    }

    public int remaining() {
        return limit - position;
    }

    public boolean isExhausted() {
        return position == limit;
    }

    public int readByte(String what) {
        if (position >= limit) {
            throw truncated(what);
        }
        return bytes[position++] & 0xff;
    }

    /**
     * An unsigned varint below 2^63 (spec crdt 1.1). Over-long forms of up to ten bytes are accepted, as the reference
     * does; a value that does not fit is refused, where the reference wraps.
     */
    public long readUvarint(String what) {
        if (position < limit && bytes[position] >= 0) {
            return bytes[position++];
        }
        return readLongUvarint(what);
    }

    private long readLongUvarint(String what) {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int b = readByte(what);
            long bits = b & 0x7f;
            if (shift == 63 ? bits != 0 : false) {
                throw new CrdtFormatException("Varint of " + what + " does not fit in 63 bits");
            }
            if (shift < 63) {
                value |= bits << shift;
            }
            if (b < 0x80) {
                if (value < 0) {
                    throw new CrdtFormatException("Varint of " + what + " does not fit in 63 bits");
                }
                return value;
            }
        }
        throw new CrdtFormatException("Varint of " + what + " is longer than ten bytes");
    }

    /** A varint that counts bytes still to come in this reader. */
    public int readLength(String what) {
        return readCount(1, what);
    }

    /** A varint that counts items still to come, each of at least {@code bytesPerItem} bytes. */
    public int readCount(int bytesPerItem, String what) {
        long count = readUvarint(what);
        if (count > remaining() / bytesPerItem) {
            throw truncated(what);
        }
        return (int) count;
    }

    /** Eight bytes, big-endian. */
    public long readLong(String what) {
        require(8, what);
        long value = longAt(bytes, position);
        position += 8;
        return value;
    }

    public byte[] readBytes(int count, String what) {
        require(count, what);
        byte[] copy = Arrays.copyOfRange(bytes, position, position + count);
        position += count;
        return copy;
    }

    /** A length and that many bytes. */
    public byte[] readBlob(String what) {
        return readBytes(readLength(what), what);
    }

    /** A reader over a length-prefixed blob, without copying it; this reader moves behind it. */
    public ByteReader readBlobView(String what) {
        int length = readLength(what);
        ByteReader view = new ByteReader(bytes, position, length);
        position += length;
        return view;
    }

    /** A length and that many bytes of strict UTF-8 (spec crdt 1.2). */
    public String readString(String what) {
        int length = readLength(what);
        String text = StrictUtf8.decode(bytes, position, length, what);
        position += length;
        return text;
    }

    public byte[] readRemaining() {
        return readBytes(remaining(), "rest");
    }

    public void skip(int count, String what) {
        require(count, what);
        position += count;
    }

    /** @throws CrdtFormatException if anything is left */
    public void expectEnd(String what) {
        if (position != limit) {
            throw new CrdtFormatException("Trailing bytes after " + what);
        }
    }

    private void require(int count, String what) {
        if (count < 0 || count > remaining()) {
            throw truncated(what);
        }
    }

    private static CrdtFormatException truncated(String what) {
        return new CrdtFormatException("Truncated " + what);
    }

    static long longAt(byte[] bytes, int offset) {
        return (long) LONG.get(bytes, offset);
    }
}
