package dev.weft.server.storage.embedded;

import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.StoredEntry;
import java.util.HashMap;
import java.util.List;
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

    void putPacked(long number, EntryTotals totals, PackedEntries entries) throws RocksDBException {
        batch.put(
                database.entries,
                DatabaseKeys.entry(number, entries.lastPosition()),
                EntryValue.encodePacked(totals, entries.count(), entries.block()));
    }

    /** The value at just this position, not looking into this commit; null if there is none. */
    EntryValue storedValue(DocumentKey key, long number, long position) throws RocksDBException {
        var value = database.get(database.entries, DatabaseKeys.entry(number, position));
        return value == null ? null : EntryValue.decode(key, value);
    }

    /** The stored blob, packed or not, not looking into this commit; null if there is none. */
    byte[] storedBlob(DocumentKey key, long number, long position) throws RocksDBException {
        var value = storedValue(key, number, position);
        if (value != null && value.packed() == 0) {
            return value.blob();
        }
        var packed = storedBlock(key, number, position);
        return packed == null
                ? null
                : unpacked(key, packed.entries())
                        .get((int) (position - packed.entries().firstPosition()))
                        .blob();
    }

    /** How many values there are from one position up to and including another. */
    int storedValues(long number, long first, long last) throws RocksDBException {
        int values = 0;
        try (var view = database.view();
                RocksIterator entries = view.scan(database.entries)) {
            entries.seek(DatabaseKeys.entry(number, first));
            while (entries.isValid()
                    && DatabaseKeys.numberOf(entries.key()) == number
                    && DatabaseKeys.positionOf(entries.key()) <= last) {
                values++;
                entries.next();
            }
            entries.status();
        }
        return values;
    }

    /** Packed entries and the totals up to the last of them. */
    record Block(PackedEntries entries, EntryTotals totals) {}

    /** The packed entries among which a position is; null if it is not among any. */
    Block storedBlock(DocumentKey key, long number, long position) throws RocksDBException {
        try (var view = database.view();
                RocksIterator entries = view.scan(database.entries)) {
            entries.seek(DatabaseKeys.entry(number, position));
            if (!entries.isValid() || DatabaseKeys.numberOf(entries.key()) != number) {
                entries.status();
                return null;
            }
            var value = EntryValue.decode(key, entries.value());
            return value.run(DatabaseKeys.positionOf(entries.key())) instanceof PackedEntries packed
                            && packed.firstPosition() <= position
                    ? new Block(packed, value.totals())
                    : null;
        }
    }

    static List<StoredEntry> unpacked(DocumentKey key, PackedEntries packed) {
        try {
            return packed.entries();
        } catch (CrdtFormatException e) {
            throw new DocumentCorruptException(key, "packed entries are damaged: " + e.getMessage(), e);
        }
    }

    /** The totals of the last stored entry at or below a position that is not inside a block; none if there is none. */
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
