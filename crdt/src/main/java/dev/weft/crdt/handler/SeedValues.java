package dev.weft.crdt.handler;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.CrdtFormatException;

/**
 * Reads the values of a snapshot blob. One that cannot be decoded is left out, as the operation that brought it would
 * be: it must not make all others unreadable (spec crdt W5). If none can, the blob was written with another codec, and
 * dropping everything would be the worse reading.
 *
 * @param <V> the decoded values
 */
public final class SeedValues<V> {
    private final ValueCodec<V> codec;
    private V value;
    private int readable;
    private int unreadable;

    public SeedValues(ValueCodec<V> codec) {
        this.codec = codec;
    }

    /**
     * Reads the next length-prefixed value.
     *
     * @return whether it could be decoded and {@link #value} is it
     * @throws CrdtFormatException if the blob itself is cut
     */
    public boolean next(ByteReader blob) {
        byte[] bytes = blob.readBlob("value");
        try {
            value = codec.decode(bytes);
            readable++;
            return true;
        } catch (CrdtFormatException e) {
            unreadable++;
            return false;
        }
    }

    public V value() {
        return value;
    }

    /** @throws CrdtFormatException if there were values and not one could be decoded */
    public void finish() {
        if (unreadable > 0 && readable == 0) {
            throw new CrdtFormatException("None of " + unreadable + " values can be decoded");
        }
    }
}
