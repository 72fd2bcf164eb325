package dev.weft.crdt.convergence;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** Reads the binary forms for the oracle, the plainest way. Shares no code with the library on purpose. */
final class OracleBytes {
    private final byte[] bytes;
    private int at;

    OracleBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** An author and a stamp: of a change, a tag. */
    record Id(String peer, long clock) implements Comparable<Id> {
        @Override
        public int compareTo(Id other) {
            int byClock = Long.compareUnsigned(clock, other.clock);
            return byClock != 0 ? byClock : peer.compareTo(other.peer);
        }
    }

    /** A Fugue element; the null id has an empty peer and sorts first. */
    record Element(String peer, long counter) implements Comparable<Element> {
        static final Element NULL = new Element("", -1);

        @Override
        public int compareTo(Element other) {
            int byPeer = peer.compareTo(other.peer);
            return byPeer != 0 ? byPeer : Long.compare(counter, other.counter);
        }
    }

    int u8() {
        return bytes[at++] & 0xff;
    }

    long uv() {
        long value = 0;
        int shift = 0;
        int b;
        do {
            b = u8();
            value |= (long) (b & 0x7f) << shift;
            shift += 7;
        } while (b >= 0x80);
        return value;
    }

    String peer() {
        at += 16;
        return HexFormat.of().formatHex(bytes, at - 16, at);
    }

    long clock() {
        long clock = 0;
        for (int i = 0; i < 8; i++) {
            clock = clock << 8 | u8();
        }
        return clock;
    }

    Id id() {
        return new Id(peer(), clock());
    }

    Element element() {
        return u8() == 0 ? Element.NULL : new Element(peer(), uv());
    }

    byte[] blob() {
        int length = (int) uv();
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    String text() {
        return new String(blob(), StandardCharsets.UTF_8);
    }

    byte[] rest() {
        byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
        at = bytes.length;
        return rest;
    }
}
