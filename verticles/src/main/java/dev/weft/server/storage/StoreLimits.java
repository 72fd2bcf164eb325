package dev.weft.server.storage;

import dev.weft.server.registry.DocumentKey;
import java.util.List;

/**
 * The bounds every store keeps.
 *
 * @param idBytesMax the longest document id, in bytes of UTF-8
 * @param blobBytesMax the largest blob of one entry
 * @param snapshotBytesMax the largest snapshot
 * @param queueBytesMax appends and compactions accepted and not yet durable, over all documents of the node; what
 *     exceeds it is refused with {@link StoreOverloadedException}
 * @param batchBytesMax what goes into one commit; a single larger append gets a commit of its own
 * @param pageBytesMax the largest page of {@link DocumentStore#read}, except that one entry always fits
 */
public record StoreLimits(
        int idBytesMax,
        int blobBytesMax,
        int snapshotBytesMax,
        long queueBytesMax,
        int batchBytesMax,
        int pageBytesMax) {
    /** What one queued append is charged on top of its blobs, so that the queue is bounded for tiny blobs too. */
    public static final int ENTRY_OVERHEAD_BYTES = 64;

    private static final int MIB = 1 << 20;

    public StoreLimits {
        requirePositive(idBytesMax, "idBytesMax");
        requirePositive(blobBytesMax, "blobBytesMax");
        requirePositive(snapshotBytesMax, "snapshotBytesMax");
        requirePositive(queueBytesMax, "queueBytesMax");
        requirePositive(batchBytesMax, "batchBytesMax");
        requirePositive(pageBytesMax, "pageBytesMax");
    }

    /** 16 MiB blobs, 256 MiB snapshots, a queue of 512 MiB at most, commits of about 4 MiB, pages of 1 MiB. */
    public static StoreLimits defaults() {
        return new StoreLimits(DocumentKey.ID_BYTES_MAX, 16 * MIB, 256 * MIB, 512L * MIB, 4 * MIB, MIB);
    }

    /**
     * Refuses ids that not every store can keep.
     *
     * @throws IllegalArgumentException if the id is empty, too long, no valid Unicode, or contains U+0000
     */
    public void checkKey(DocumentKey key) {
        String fault = DocumentKey.faultOf(key.id(), idBytesMax);
        if (fault != null) {
            throw new IllegalArgumentException(fault);
        }
    }

    /**
     * Refuses appends that no store would take.
     *
     * @return what the append is charged against {@link #queueBytesMax}
     * @throws IllegalArgumentException if the position is below 1 or would overflow, or a blob is too large
     */
    public long checkAppend(long firstPosition, List<byte[]> blobs) {
        if (firstPosition < 1 || firstPosition > Long.MAX_VALUE - blobs.size()) {
            throw new IllegalArgumentException("no position: " + firstPosition);
        }
        long bytes = ENTRY_OVERHEAD_BYTES;
        for (var blob : blobs) {
            if (blob.length > blobBytesMax) {
                throw new IllegalArgumentException(
                        "a blob of " + blob.length + " bytes exceeds the bound of " + blobBytesMax);
            }
            bytes += blob.length + ENTRY_OVERHEAD_BYTES;
        }
        return bytes;
    }

    /**
     * Refuses snapshots that no store would take.
     *
     * @return what the compaction is charged against {@link #queueBytesMax}
     * @throws IllegalArgumentException if the position is below 1 or the snapshot too large
     */
    public long checkCompact(byte[] snapshot, long upToPosition) {
        if (upToPosition < 1) {
            throw new IllegalArgumentException("no position: " + upToPosition);
        }
        if (snapshot.length > snapshotBytesMax) {
            throw new IllegalArgumentException(
                    "a snapshot of " + snapshot.length + " bytes exceeds the bound of " + snapshotBytesMax);
        }
        return snapshot.length + (long) ENTRY_OVERHEAD_BYTES;
    }

    /**
     * Refuses blocks that no store would take.
     *
     * @return what the packing is charged against {@link #queueBytesMax}
     * @throws IllegalArgumentException if there is no such position or the block is too large
     */
    public long checkPack(PackedEntries entries) {
        boolean possible = entries.firstPosition() >= 1
                && entries.count() >= 2
                && entries.firstPosition() <= Long.MAX_VALUE - entries.count();
        if (!possible || entries.block().length > blobBytesMax) {
            throw new IllegalArgumentException("no block of entries: " + entries.count() + " from "
                    + entries.firstPosition() + " on, " + entries.block().length + " bytes");
        }
        return entries.block().length + (long) ENTRY_OVERHEAD_BYTES;
    }

    private static void requirePositive(long value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }
}
