package dev.weft.server.storage.embedded;

import dev.weft.server.registry.DocumentKey;
import java.util.HashMap;
import java.util.Map;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/** Writes of several tasks that become durable together. Confined to the writer thread. */
final class Commit implements AutoCloseable {
    private final Database database;
    private final RecordCache records;
    private final boolean roomToGrow;
    private final WriteBatch batch = new WriteBatch();
    private final Map<DocumentKey, DocumentRecord> touched = new HashMap<>();
    private long droppedBytes;

    Commit(Database database, RecordCache records, boolean roomToGrow) {
        this.database = database;
        this.records = records;
        this.roomToGrow = roomToGrow;
    }

    /** False when the disk is nearly full: what makes the files grow is refused, what shrinks them is not. */
    boolean hasRoomToGrow() {
        return roomToGrow;
    }

    /** As it will be after this commit; null if the document never existed. */
    DocumentRecord record(DocumentKey key) throws RocksDBException {
        var pending = touched.get(key);
        return pending != null ? pending : records.get(key, database);
    }

    /** Whether the files lack something of this document that waits in this commit. */
    boolean touches(DocumentKey key) {
        return touched.containsKey(key);
    }

    void put(DocumentKey key, DocumentRecord record) {
        touched.put(key, record);
    }

    long newNumber() throws RocksDBException {
        long number = records.nextNumber(database);
        batch.put(database.documents, DatabaseKeys.LAST_NUMBER, DatabaseKeys.encode(number));
        return number;
    }

    void putEntry(long number, long position, EntryTotals totals, byte[] blob) throws RocksDBException {
        batch.put(database.entries, DatabaseKeys.entry(number, position), EntryValue.encode(totals, blob));
    }

    /** The stored blob, not looking into this commit; null if there is none. */
    byte[] storedBlob(DocumentKey key, long number, long position) throws RocksDBException {
        var value = database.get(database.entries, DatabaseKeys.entry(number, position));
        return value == null ? null : EntryValue.decode(key, value).blob();
    }

    /** The totals of the last stored entry at or below a position; none if there is no such entry. */
    EntryTotals storedTotals(DocumentKey key, long number, long position) throws RocksDBException {
        try (var view = database.view();
                RocksIterator entries = view.scan(database.entries)) {
            entries.seekForPrev(DatabaseKeys.entry(number, position));
            if (!entries.isValid()) {
                entries.status();
                return EntryTotals.NONE;
            }
            return DatabaseKeys.numberOf(entries.key()) == number
                    ? EntryValue.decode(key, entries.value()).totals()
                    : EntryTotals.NONE;
        }
    }

    /** Drops the entries from one position up to and including another. */
    void dropEntries(long number, long from, long to, long bytes) throws RocksDBException {
        batch.deleteRange(database.entries, DatabaseKeys.entry(number, from), DatabaseKeys.entry(number, to + 1));
        droppedBytes += bytes;
    }

    void putSnapshot(long number, byte[] snapshot, long replacedBytes) throws RocksDBException {
        batch.put(database.snapshots, DatabaseKeys.snapshot(number), snapshot);
        droppedBytes += replacedBytes;
    }

    void dropSnapshot(long number, long bytes) throws RocksDBException {
        batch.delete(database.snapshots, DatabaseKeys.snapshot(number));
        droppedBytes += bytes;
    }

    /** What this commit leaves behind as garbage in the files. */
    long droppedBytes() {
        return droppedBytes;
    }

    /** Makes everything durable, or throws and leaves unknown what is; then the cached records must be forgotten. */
    void write() throws RocksDBException {
        for (var change : touched.entrySet()) {
            batch.put(
                    database.documents,
                    DatabaseKeys.document(change.getKey()),
                    change.getValue().encode());
        }
        if (batch.count() > 0) {
            database.write(batch);
        }
        touched.forEach(records::put);
    }

    @Override
    public void close() {
        batch.close();
    }
}
