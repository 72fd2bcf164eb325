package dev.weft.server.storage.embedded;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.StoredEntry;
import dev.weft.server.storage.StoredRun;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The value of an entry: the totals up to and including it, as varints, then the blob. The totals make a compaction know what
 * it drops from one look-up instead of a scan, and make a missing entry visible to a reader although positions may have gaps.
 *
 * <p>Packed entries are one value at the position of the last of them: a zero, which no totals begin with, how many they are,
 * and then as above, with their block for a blob.
 *
 * @param packed how many entries the blob is a block of; 0 if it is a blob
 */
record EntryValue(EntryTotals totals, int packed, byte[] blob) {
    private static final int VARINT_BYTES_MAX = 9;
    private static final byte PACKED = 0;

    /** The run that ends at this position. */
    StoredRun run(long position) {
        return packed == 0 ? new StoredEntry(position, blob) : new PackedEntries(position - packed + 1, packed, blob);
    }

    /** How many entries this value stands for. */
    int count() {
        return Math.max(1, packed);
    }

    static byte[] encodePacked(EntryTotals totals, int count, byte[] block) {
        var plain = encode(totals, block);
        var value = new byte[1 + varintBytes(count) + plain.length];
        var out = ByteBuffer.wrap(value);
        out.put(PACKED);
        putVarint(out, count);
        out.put(plain);
        return value;
    }

    static byte[] encode(EntryTotals totals, byte[] blob) {
        int header = varintBytes(totals.count()) + varintBytes(totals.bytes());
        var value = new byte[header + blob.length];
        var out = ByteBuffer.wrap(value);
        putVarint(out, totals.count());
        putVarint(out, totals.bytes());
        out.put(blob);
        return value;
    }

    static EntryValue decode(DocumentKey key, byte[] value) {
        var in = ByteBuffer.wrap(value);
        try {
            int packed = 0;
            if (in.hasRemaining() && in.get(0) == PACKED) {
                in.get();
                packed = (int) Math.min(Integer.MAX_VALUE, getVarint(in));
            }
            var totals = new EntryTotals(getVarint(in), getVarint(in));
            return new EntryValue(totals, packed, Arrays.copyOfRange(value, in.position(), value.length));
        } catch (BufferUnderflowException e) {
            throw new DocumentCorruptException(key, "an entry of " + value.length + " bytes", e);
        }
    }

    private static int varintBytes(long value) {
        return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
    }

    private static void putVarint(ByteBuffer out, long value) {
        long rest = value;
        while (rest >= 0x80) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private static long getVarint(ByteBuffer in) {
        long value = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            byte next = in.get();
            value |= (next & 0x7fL) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw new BufferUnderflowException();
    }
}
