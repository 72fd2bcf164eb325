package dev.weft.crdt.codec;

import java.util.Arrays;

/** Writes the primitives of the binary formats into a growing array. Not thread-safe. */
public final class ByteWriter {
    private static final int KEPT_BYTES_MAX = 64 * 1024;

    private byte[] bytes;
    private int size;

    public ByteWriter() {
        this(64);
    }

    public ByteWriter(int capacity) {
        this.bytes = new byte[Math.max(16, capacity)];
    }

    public int size() {
        return size;
    }

    /** The array written into; valid up to {@link #size} and until the next write. The caller must not change it. */
    public byte[] array() {
        return bytes;
    }

    /** Forgets what was written and keeps the memory, unless one large message made it much. */
    public ByteWriter reset() {
        size = 0;
        if (bytes.length > KEPT_BYTES_MAX) {
            bytes = new byte[64];
        }
        return this;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    public ByteWriter writeByte(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
        return this;
    }

    /**
     * The minimal form (spec crdt 1.1).
     *
     * @throws IllegalArgumentException if the value is negative
     */
    public ByteWriter writeUvarint(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("Cannot write a negative varint: " + value);
        }
        ensure(9);
        long rest = value;
        while (rest > 0x7f) {
            bytes[size++] = (byte) (rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    /** How many bytes {@link #writeUvarint} takes. */
    public static int uvarintLength(long value) {
        return Math.max(1, (64 - Long.numberOfLeadingZeros(value) + 6) / 7);
    }

    /** Eight bytes, big-endian. */
    public ByteWriter writeLong(long value) {
        ensure(8);
        ByteReader.LONG.set(bytes, size, value);
        size += 8;
        return this;
    }

    public ByteWriter writeBytes(byte[] source) {
        return writeBytes(source, 0, source.length);
    }

    public ByteWriter writeBytes(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
        return this;
    }

    /** A length and the bytes. */
    public ByteWriter writeBlob(byte[] source) {
        return writeUvarint(source.length).writeBytes(source);
    }

    /** A length and strict UTF-8 (spec crdt 1.2). */
    public ByteWriter writeString(String text) {
        return writeBlob(StrictUtf8.encode(text));
    }

    private void ensure(int more) {
        int wanted = size + more;
        if (wanted < 0) {
            throw new IllegalStateException("A message of more than 2 GiB");
        }
        if (wanted > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(wanted, (int) Math.min(Integer.MAX_VALUE - 8L, bytes.length * 2L)));
        }
    }
}
