package dev.weft.crdt.clock;

import dev.weft.crdt.codec.CrdtFormatException;

/**
 * A stamp of a hybrid logical clock: 48 bits of milliseconds since the Unix epoch above 16 bits of counter, in one
 * {@code long} (spec crdt 2). Ordered by milliseconds, then counter, which is the unsigned order of the packed form.
 * Hot paths keep the packed form and compare with {@link #compare}.
 */
public record HybridTimestamp(long packed) implements Comparable<HybridTimestamp> {
    public static final int BYTES = 8;
    public static final long MILLIS_MAX = (1L << 48) - 1;
    public static final int COUNTER_MAX = 0xffff;
    public static final HybridTimestamp ZERO = new HybridTimestamp(0);

    /** @throws IllegalArgumentException if a part is out of range; the reference would truncate it in silence */
    public static HybridTimestamp of(long millis, int counter) {
        if (millis < 0 || millis > MILLIS_MAX || counter < 0 || counter > COUNTER_MAX) {
            throw new IllegalArgumentException("Clock out of range: " + millis + "." + counter);
        }
        return new HybridTimestamp(millis << 16 | counter);
    }

    /**
     * Reads {@code millis.counter}, both plain decimal.
     *
     * @throws CrdtFormatException for anything else
     */
    public static HybridTimestamp parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 0 || text.indexOf('.', dot + 1) >= 0) {
            throw new CrdtFormatException("Invalid clock format: " + text);
        }
        long millis = parsePart(text, 0, dot, MILLIS_MAX);
        long counter = parsePart(text, dot + 1, text.length(), COUNTER_MAX);
        return new HybridTimestamp(millis << 16 | counter);
    }

    private static long parsePart(String text, int from, int to, long max) {
        if (from == to) {
            throw new CrdtFormatException("Invalid clock format: " + text);
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                throw new CrdtFormatException("Invalid clock format: " + text);
            }
            value = value * 10 + (digit - '0');
            if (value > max) {
                throw new CrdtFormatException("Clock out of range: " + text);
            }
        }
        return value;
    }

    /** Milliseconds since the Unix epoch, 0 to 2^48 - 1. */
    public long millis() {
        return packed >>> 16;
    }

    /** 0 to 65535. */
    public int counter() {
        return (int) (packed & COUNTER_MAX);
    }

    public static int compare(long packedA, long packedB) {
        return Long.compareUnsigned(packedA, packedB);
    }

    public static long max(long packedA, long packedB) {
        return compare(packedA, packedB) >= 0 ? packedA : packedB;
    }

    @Override
    public int compareTo(HybridTimestamp other) {
        return compare(packed, other.packed);
    }

    public boolean isAfter(HybridTimestamp other) {
        return compareTo(other) > 0;
    }

    public boolean isBefore(HybridTimestamp other) {
        return compareTo(other) < 0;
    }

    @Override
    public String toString() {
        return millis() + "." + counter();
    }
}
