package dev.weft.crdt.id;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import java.util.UUID;

/**
 * An identity that authors operations: a UUID of version 4 (spec crdt 3). Ordered as unsigned 128-bit numbers, which
 * equals the reference's order of lower-case text. Ids read from bytes are not checked for version and variant.
 */
public record PeerId(long high, long low) implements Comparable<PeerId> {
    public static final int BYTES = 16;
    private static final String PATTERN = "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";

    /**
     * Any letter case is accepted and lost, because ids come back from bytes in lower case (spec crdt W3).
     *
     * @throws CrdtFormatException if the text is not a UUID of version 4
     */
    public static PeerId parse(String text) {
        if (text.length() != PATTERN.length()) {
            throw invalid(text);
        }
        long high = 0;
        long low = 0;
        int digits = 0;
        for (int i = 0; i < PATTERN.length(); i++) {
            char expected = PATTERN.charAt(i);
            char actual = text.charAt(i);
            if (expected == '-') {
                if (actual != '-') {
                    throw invalid(text);
                }
                continue;
            }
            int nibble = actual < 0x80 ? Character.digit(actual, 16) : -1;
            if (nibble < 0 || expected == '4' && nibble != 4 || expected == 'v' && (nibble & 0xc) != 8) {
                throw invalid(text);
            }
            if (digits++ < 16) {
                high = high << 4 | nibble;
            } else {
                low = low << 4 | nibble;
            }
        }
        return new PeerId(high, low);
    }

    public static PeerId of(UUID uuid) {
        return new PeerId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }

    public static PeerId read(ByteReader reader) {
        return new PeerId(reader.readLong("peer id"), reader.readLong("peer id"));
    }

    public void write(ByteWriter writer) {
        writer.writeLong(high).writeLong(low);
    }

    @Override
    public int compareTo(PeerId other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /** Written out because it is asked for every operation: the generated form compares through method handles. */
    @Override
    public boolean equals(Object other) {
        return other instanceof PeerId peer && high == peer.high && low == peer.low;
    }

    @Override
    public int hashCode() {
        long mixed = (high ^ low) * 0x9e3779b97f4a7c15L;
        return (int) (mixed ^ mixed >>> 32);
    }

    @Override
    public String toString() {
        return new UUID(high, low).toString();
    }

    private static CrdtFormatException invalid(String text) {
        return new CrdtFormatException("Invalid PeerId format: " + text);
    }
}
