package dev.weft.server.storage.embedded;

import dev.weft.server.registry.DocumentKey;
import java.util.LinkedHashMap;
import java.util.Map;
import org.rocksdb.RocksDBException;

/** The records of the documents written lately, so that an append need not read. Confined to the writer thread. */
final class RecordCache {
    private static final int RECORDS_MAX = 20_000;

    private final Map<DocumentKey, DocumentRecord> records = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<DocumentKey, DocumentRecord> eldest) {
            return size() > RECORDS_MAX;
        }
    };
    private long lastNumber = -1;

    /** Null if the document never existed. */
    DocumentRecord get(DocumentKey key, Database database) throws RocksDBException {
        var cached = records.get(key);
        if (cached != null) {
            return cached;
        }
        var stored = database.get(database.documents, DatabaseKeys.document(key));
        if (stored == null) {
            return null;
        }
        var record = DocumentRecord.decode(key, stored);
        records.put(key, record);
        return record;
    }

    void put(DocumentKey key, DocumentRecord record) {
        records.put(key, record);
    }

    long nextNumber(Database database) throws RocksDBException {
        if (lastNumber < 0) {
            var stored = database.get(database.documents, DatabaseKeys.LAST_NUMBER);
            lastNumber = stored == null ? 0 : DatabaseKeys.decode(stored);
        }
        return ++lastNumber;
    }

    /** After a commit of unknown outcome only the files know. */
    void forget() {
        records.clear();
        lastNumber = -1;
    }
}
