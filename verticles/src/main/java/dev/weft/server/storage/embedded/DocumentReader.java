package dev.weft.server.storage.embedded;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.RunPage;
import dev.weft.server.storage.StoreLimits;
import dev.weft.server.storage.StoredDocument;
import dev.weft.server.storage.StoredRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.rocksdb.RocksDBException;

/** Answers questions from one state of the files, and notices when they contradict themselves. */
final class DocumentReader {
    private final Database database;
    private final Database.View view;

    DocumentReader(Database database, Database.View view) {
        this.database = database;
        this.view = view;
    }

    Optional<DocumentInfo> find(DocumentKey key) throws RocksDBException {
        var record = record(key);
        return record == null || !record.exists() ? Optional.empty() : Optional.of(record.info(key));
    }

    StoredDocument load(DocumentKey key, long epoch) throws RocksDBException {
        var record = fenced(key, epoch);
        if (record.snapshotPosition() == 0) {
            return new StoredDocument(record.info(key), Optional.empty());
        }
        var snapshot = view.get(database.snapshots, DatabaseKeys.snapshot(record.number()));
        if (snapshot == null || snapshot.length != record.snapshotBytes()) {
            throw new DocumentCorruptException(
                    key,
                    "a snapshot of " + record.snapshotBytes() + " bytes is expected, "
                            + (snapshot == null ? "none" : "one of " + snapshot.length) + " is there",
                    null);
        }
        return new StoredDocument(record.info(key), Optional.of(snapshot));
    }

    RunPage read(DocumentKey key, long epoch, long afterPosition, long bytesMax) throws RocksDBException {
        var record = fenced(key, epoch);
        long start = Math.max(afterPosition, record.snapshotPosition());
        if (start >= record.lastPosition()) {
            return new RunPage(List.of(), false);
        }
        // Behind the snapshot the count of the next entry is known; elsewhere the first run tells it.
        long expected = start == record.snapshotPosition() ? record.dropped().count() + 1 : 0;
        var page = new ArrayList<StoredRun>();
        long bytes = 0;
        try (var entries = view.scan(database.entries)) {
            entries.seek(DatabaseKeys.entry(record.number(), start + 1));
            while (entries.isValid() && DatabaseKeys.numberOf(entries.key()) == record.number()) {
                if (bytes >= bytesMax) {
                    return new RunPage(page, true);
                }
                var value = EntryValue.decode(key, entries.value());
                if (expected != 0 && value.totals().count() - value.count() + 1 != expected) {
                    throw missing(key, expected);
                }
                expected = value.totals().count() + 1;
                page.add(value.run(DatabaseKeys.positionOf(entries.key())));
                bytes += value.blob().length + StoreLimits.ENTRY_OVERHEAD_BYTES;
                entries.next();
            }
            entries.status();
        }
        boolean anythingStored = record.total().count() > record.dropped().count();
        if (expected != record.total().count() + 1 && (expected != 0 || anythingStored)) {
            throw missing(key, expected);
        }
        return new RunPage(page, false);
    }

    List<DocumentInfo> list(DocumentKind kind, String prefix, String after, int limit) throws RocksDBException {
        var found = new ArrayList<DocumentInfo>();
        var first = DatabaseKeys.document(kind, prefix);
        var behind = DatabaseKeys.document(kind, after);
        try (var documents = view.scan(database.documents)) {
            documents.seek(Arrays.compareUnsigned(first, behind) > 0 ? first : behind);
            while (found.size() < limit && documents.isValid() && startsWith(documents.key(), first)) {
                var key = DatabaseKeys.documentOf(documents.key());
                var record = DocumentRecord.decode(key, documents.value());
                if (record.exists() && !key.id().equals(after)) {
                    found.add(record.info(key));
                }
                documents.next();
            }
            documents.status();
        }
        return List.copyOf(found);
    }

    private DocumentRecord fenced(DocumentKey key, long epoch) throws RocksDBException {
        var record = record(key);
        Task.fence(key, record, epoch);
        if (!record.exists()) {
            throw new DocumentNotFoundException(key);
        }
        return record;
    }

    private DocumentRecord record(DocumentKey key) throws RocksDBException {
        var stored = view.get(database.documents, DatabaseKeys.document(key));
        return stored == null ? null : DocumentRecord.decode(key, stored);
    }

    private static DocumentCorruptException missing(DocumentKey key, long count) {
        return new DocumentCorruptException(key, "entry number " + count + " is missing", null);
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        if (key.length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (key[i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
