package dev.weft.crdt.sequence;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.id.PeerId;

/**
 * Names one element of a sequence: the peer that created it and that peer's running number in the handler, from 0
 * (spec crdt 16.1). {@link #NULL} names no element: the root of the tree, the start of the sequence.
 *
 * @param peer null only in {@link #NULL}
 */
public record ElementId(PeerId peer, long counter) implements Comparable<ElementId> {
    public static final ElementId NULL = new ElementId(null, -1);

    private static final int FLAG_NULL = 0;
    private static final int FLAG_ELEMENT = 1;
    private static final String TEXT_NULL = "null";

    /** @throws IllegalArgumentException if the counter is negative */
    public ElementId {
        if (peer == null ? counter != -1 : counter < 0) {
            throw new IllegalArgumentException("Invalid element id: " + peer + ":" + counter);
        }
    }

    /**
     * Reads {@code null} or {@code peer:counter}.
     *
     * @throws CrdtFormatException for anything else
     */
    public static ElementId parse(String text) {
        if (text.equals(TEXT_NULL)) {
            return NULL;
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new CrdtFormatException("Invalid element id: " + text);
        }
        PeerId peer = PeerId.parse(text.substring(0, colon));
        String digits = text.substring(colon + 1);
        if (digits.isEmpty() || !digits.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
            throw new CrdtFormatException("Invalid element id: " + text);
        }
        try {
            return new ElementId(peer, Long.parseLong(digits));
        } catch (NumberFormatException e) {
            throw new CrdtFormatException("Element counter out of range: " + text);
        }
    }

    /** @throws CrdtFormatException if the id is cut or its flag byte is unknown */
    public static ElementId read(ByteReader reader) {
        int flag = reader.readByte("element id");
        if (flag == FLAG_NULL) {
            return NULL;
        }
        if (flag != FLAG_ELEMENT) {
            throw new CrdtFormatException("Unknown flag of an element id: " + flag);
        }
        return new ElementId(PeerId.read(reader), reader.readUvarint("element counter"));
    }

    /** Reads a whole buffer, as snapshot states hold ids. */
    public static ElementId readWhole(ByteReader reader) {
        ElementId id = read(reader);
        reader.expectEnd("element id");
        return id;
    }

    public void write(ByteWriter writer) {
        if (isNull()) {
            writer.writeByte(FLAG_NULL);
        } else {
            write(writer, peer, counter);
        }
    }

    /** Writes the id of an element without making an object of it. */
    public static void write(ByteWriter writer, PeerId peer, long counter) {
        writer.writeByte(FLAG_ELEMENT);
        peer.write(writer);
        writer.writeUvarint(counter);
    }

    /** How many bytes {@link #write} produces for the id of an element. */
    public static int encodedLength(long counter) {
        int length = 1 + PeerId.BYTES + 1;
        for (long rest = counter >>> 7; rest != 0; rest >>>= 7) {
            length++;
        }
        return length;
    }

    public boolean isNull() {
        return peer == null;
    }

    /** The null id first, then by peer, then by counter: the order of siblings in the tree. */
    @Override
    public int compareTo(ElementId other) {
        if (isNull() || other.isNull()) {
            return Boolean.compare(other.isNull(), isNull());
        }
        int byPeer = peer.compareTo(other.peer);
        return byPeer != 0 ? byPeer : Long.compare(counter, other.counter);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ElementId id && counter == id.counter && (peer == null || peer.equals(id.peer));
    }

    @Override
    public int hashCode() {
        return isNull() ? 0 : peer.hashCode() * 31 + Long.hashCode(counter);
    }

    @Override
    public String toString() {
        return isNull() ? TEXT_NULL : peer + ":" + counter;
    }
}
