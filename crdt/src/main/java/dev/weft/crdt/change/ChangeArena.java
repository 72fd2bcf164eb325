package dev.weft.crdt.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Bytes of many small records in a few large arrays. A record never crosses a chunk; one that is larger than a chunk
 * gets its own. Small documents hold one small chunk.
 */
final class ChangeArena {
    private static final int CHUNK_BITS = 16;
    private static final int CHUNK_BYTES = 1 << CHUNK_BITS;
    private static final int CHUNKS_MAX = 1 << (32 - CHUNK_BITS);
    private static final int FIRST_BYTES = 128;
    private static final byte[] RELEASED = {};

    private final List<byte[]> chunks = new ArrayList<>();
    private int used;

    /** Stores a record. @return its address */
    int append(byte[] source, int length) {
        if (chunks.isEmpty() || length > last().length - used) {
            makeRoom(length);
        }
        System.arraycopy(source, 0, last(), used, length);
        int address = chunks.size() - 1 << CHUNK_BITS | used;
        used += length;
        return address;
    }

    byte[] chunkOf(int address) {
        return chunks.get(address >>> CHUNK_BITS);
    }

    static int offsetOf(int address) {
        return address & CHUNK_BYTES - 1;
    }

    /** Forgets the records before this one, as far as they have chunks of their own. */
    void releaseBefore(int address) {
        for (int chunk = 0; chunk < address >>> CHUNK_BITS; chunk++) {
            chunks.set(chunk, RELEASED);
        }
    }

    /** Forgets all records. */
    void clear() {
        for (int chunk = 0; chunk < chunks.size(); chunk++) {
            chunks.set(chunk, RELEASED);
        }
        used = 0;
    }

    long bytes() {
        return chunks.stream().mapToLong(chunk -> chunk.length).sum();
    }

    private byte[] last() {
        return chunks.get(chunks.size() - 1);
    }

    private void makeRoom(int length) {
        boolean growsFirst = chunks.size() == 1 && last() != RELEASED && used + length <= CHUNK_BYTES;
        if (growsFirst) {
            int doubled = Math.max(used + length, 2 * last().length);
            chunks.set(0, Arrays.copyOf(last(), Math.min(CHUNK_BYTES, doubled)));
            return;
        }
        if (chunks.size() == CHUNKS_MAX) {
            throw new IllegalStateException("A history of more than " + CHUNKS_MAX + " chunks");
        }
        chunks.add(new byte[chunks.isEmpty() ? Math.max(FIRST_BYTES, length) : Math.max(CHUNK_BYTES, length)]);
        used = 0;
    }
}
