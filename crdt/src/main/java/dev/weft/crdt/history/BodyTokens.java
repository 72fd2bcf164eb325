package dev.weft.crdt.history;

import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.id.PeerId;
import java.util.Arrays;

/**
 * The body of an operation taken apart: bytes as they are, and between them peers and element ids. Knows no formats: an
 * element id is a one, a peer and a minimal varint, and whatever looks like that may be taken for one without harm. Used
 * again and again.
 */
final class BodyTokens {
    /** Larger counters stay plain bytes, so that differences fit a varint. */
    static final long COUNTER_MAX = 1L << 61;

    private static final int FLAG_ELEMENT = 1;
    private static final int NO_COUNTER = -1;

    private final PeerNumbers peers;
    int count;
    /** The number of the peer of each token. */
    int[] peer = new int[8];
    /** The counter of an element id, or {@link #NO_COUNTER} for a bare peer. */
    long[] counter = new long[8];
    /** Where the plain bytes before each token begin; the last entry is for those behind all tokens. */
    int[] literalStart = new int[9];

    int[] literalEnd = new int[9];

    BodyTokens(PeerNumbers peers) {
        this.peers = peers;
    }

    boolean hasCounter(int token) {
        return counter[token] != NO_COUNTER;
    }

    int literalBytes() {
        int sum = 0;
        for (int i = 0; i <= count; i++) {
            sum += literalEnd[i] - literalStart[i];
        }
        return sum;
    }

    int counters() {
        int counters = 0;
        for (int i = 0; i < count; i++) {
            counters += hasCounter(i) ? 1 : 0;
        }
        return counters;
    }

    void read(byte[] bytes, int from) {
        count = 0;
        int literal = from;
        int at = from;
        while (at + PeerId.BYTES <= bytes.length) {
            if (bytes[at] == FLAG_ELEMENT && at + PeerId.BYTES + 2 <= bytes.length) {
                int number = peers.ofElement(bytes, at + 1);
                int after = at + 1 + PeerId.BYTES;
                int length = number < 0 ? 0 : counterLength(bytes, after);
                if (length > 0) {
                    add(number, readCounter(bytes, after, length), literal, at);
                    at = literal = after + length;
                    continue;
                }
            }
            int known = peers.known(bytes, at);
            if (known >= 0) {
                add(known, NO_COUNTER, literal, at);
                at = literal = at + PeerId.BYTES;
            } else {
                at++;
            }
        }
        literalStart[count] = literal;
        literalEnd[count] = bytes.length;
    }

    private void add(int number, long value, int literal, int end) {
        if (count == peer.length) {
            peer = Arrays.copyOf(peer, count * 2);
            counter = Arrays.copyOf(counter, count * 2);
            literalStart = Arrays.copyOf(literalStart, count * 2 + 1);
            literalEnd = Arrays.copyOf(literalEnd, count * 2 + 1);
        }
        peer[count] = number;
        counter[count] = value;
        literalStart[count] = literal;
        literalEnd[count++] = end;
    }

    /** The length of the minimal varint there; 0 if there is none. */
    private static int counterLength(byte[] bytes, int at) {
        for (int length = 1; length <= 9 && at + length <= bytes.length; length++) {
            byte last = bytes[at + length - 1];
            if (last >= 0) {
                boolean minimal = length == 1 || last != 0;
                return minimal && readCounter(bytes, at, length) < COUNTER_MAX ? length : 0;
            }
        }
        return 0;
    }

    private static long readCounter(byte[] bytes, int at, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (long) (bytes[at + i] & 0x7f) << 7 * i;
        }
        return value;
    }

    /** What bodies have in common that differ in counters and plain bytes only. */
    byte[] shape(ByteWriter out) {
        out.reset().writeUvarint(count);
        for (int i = 0; i <= count; i++) {
            out.writeUvarint(literalEnd[i] - literalStart[i]);
            if (i < count) {
                out.writeUvarint((long) peer[i] << 1 | (hasCounter(i) ? 1 : 0));
            }
        }
        return out.toByteArray();
    }

    static void writeToken(ByteWriter out, PeerId peer, boolean hasCounter, long counter) {
        if (hasCounter) {
            out.writeByte(FLAG_ELEMENT);
        }
        peer.write(out);
        if (hasCounter) {
            out.writeUvarint(counter);
        }
    }
}
