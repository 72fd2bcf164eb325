package dev.weft.server.storage.embedded;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.DocumentInfo;
import java.nio.ByteBuffer;

/**
 * The figures of one document as they are stored. The totals count everything that was appended in this life of the
 * document, the dropped ones what compaction took away; the difference is what is there.
 *
 * @param number names this life of the document in the other keys; 0 after a deletion
 */
record DocumentRecord(
        long number,
        long epoch,
        long lastPosition,
        EntryTotals total,
        EntryTotals dropped,
        long snapshotPosition,
        long snapshotBytes) {
    private static final int BYTES = 9 * Long.BYTES;

    static DocumentRecord created(long number) {
        return new DocumentRecord(number, 0, 0, EntryTotals.NONE, EntryTotals.NONE, 0, 0);
    }

    boolean exists() {
        return number != 0;
    }

    DocumentInfo info(DocumentKey key) {
        return new DocumentInfo(
                key,
                epoch,
                lastPosition,
                snapshotPosition,
                total.count() - dropped.count(),
                total.bytes() - dropped.bytes(),
                snapshotBytes);
    }

    /** @param atLeast the new epoch is not lower, however few there were */
    DocumentRecord claimed(long atLeast) {
        return new DocumentRecord(
                number, Math.max(epoch + 1, atLeast), lastPosition, total, dropped, snapshotPosition, snapshotBytes);
    }

    DocumentRecord appended(long newLastPosition, EntryTotals newTotal) {
        return new DocumentRecord(number, epoch, newLastPosition, newTotal, dropped, snapshotPosition, snapshotBytes);
    }

    DocumentRecord compacted(EntryTotals newDropped, long upToPosition, long newSnapshotBytes) {
        return new DocumentRecord(number, epoch, lastPosition, total, newDropped, upToPosition, newSnapshotBytes);
    }

    DocumentRecord deleted() {
        return new DocumentRecord(0, epoch, lastPosition, EntryTotals.NONE, EntryTotals.NONE, 0, 0);
    }

    DocumentRecord createdAgain(long newNumber) {
        return new DocumentRecord(newNumber, epoch, lastPosition, EntryTotals.NONE, EntryTotals.NONE, 0, 0);
    }

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putLong(number)
                .putLong(epoch)
                .putLong(lastPosition)
                .putLong(total.count())
                .putLong(total.bytes())
                .putLong(dropped.count())
                .putLong(dropped.bytes())
                .putLong(snapshotPosition)
                .putLong(snapshotBytes)
                .array();
    }

    static DocumentRecord decode(DocumentKey key, byte[] value) {
        if (value.length != BYTES) {
            throw new DocumentCorruptException(key, "a record of " + value.length + " bytes", null);
        }
        var in = ByteBuffer.wrap(value);
        return new DocumentRecord(
                in.getLong(),
                in.getLong(),
                in.getLong(),
                new EntryTotals(in.getLong(), in.getLong()),
                new EntryTotals(in.getLong(), in.getLong()),
                in.getLong(),
                in.getLong());
    }
}
