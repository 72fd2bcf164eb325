package dev.weft.server.storage;

import dev.weft.crdt.history.HistoryBlock;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive entries in one {@link HistoryBlock}.
 *
 * @param count how many the block has
 * @param block its bytes
 */
public record PackedEntries(long firstPosition, int count, byte[] block) implements StoredRun {
    @Override
    public long lastPosition() {
        return firstPosition + count - 1;
    }

    /** @throws dev.weft.crdt.codec.CrdtFormatException if the block is damaged */
    @Override
    public List<StoredEntry> entries() {
        List<byte[]> blobs = HistoryBlock.open(block).blobs();
        List<StoredEntry> entries = new ArrayList<>(blobs.size());
        for (int i = 0; i < blobs.size(); i++) {
            entries.add(new StoredEntry(firstPosition + i, blobs.get(i)));
        }
        return entries;
    }
}
