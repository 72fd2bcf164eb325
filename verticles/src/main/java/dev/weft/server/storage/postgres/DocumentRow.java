package dev.weft.server.storage.postgres;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.StaleEpochException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;

/** A row of the table of documents. */
record DocumentRow(long number, boolean existing, DocumentInfo info) {
    static short codeOf(DocumentKind kind) {
        return (short) (kind == DocumentKind.AWARE ? 1 : 2);
    }

    static DocumentKind kindOf(short code) {
        return code == 1 ? DocumentKind.AWARE : DocumentKind.RELAY;
    }

    static DocumentRow of(DocumentKey key, Row row) {
        return new DocumentRow(
                row.getLong("number"),
                row.getBoolean("existing"),
                new DocumentInfo(
                        key,
                        row.getLong("epoch"),
                        row.getLong("last_position"),
                        row.getLong("snapshot_position"),
                        row.getLong("entry_count"),
                        row.getLong("entry_bytes"),
                        row.getLong("snapshot_bytes")));
    }

    /** Refuses by throwing a {@code StoreException}. */
    static DocumentRow fenced(DocumentKey key, long epoch, RowSet<Row> rows) {
        var row = fencedOrDeleted(key, epoch, rows);
        if (!row.existing()) {
            throw new DocumentNotFoundException(key);
        }
        return row;
    }

    static DocumentRow fencedOrDeleted(DocumentKey key, long epoch, RowSet<Row> rows) {
        if (rows.size() == 0) {
            throw new DocumentNotFoundException(key);
        }
        var row = of(key, rows.iterator().next());
        if (row.info().epoch() != epoch) {
            throw new StaleEpochException(key, epoch, row.info().epoch());
        }
        return row;
    }
}
