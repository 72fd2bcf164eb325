package dev.weft.server.storage.postgres;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.RunPage;
import dev.weft.server.storage.StoreLimits;
import dev.weft.server.storage.StoredDocument;
import dev.weft.server.storage.StoredEntry;
import dev.weft.server.storage.StoredRun;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Reads, each one statement, so that each sees one moment. They run on connections of their own. Thread-safe. */
final class DocumentQueries {
    private final Pool pool;
    private final long statementMillisMax;

    DocumentQueries(Pool pool, long statementMillisMax) {
        this.pool = pool;
        this.statementMillisMax = statementMillisMax;
    }

    Future<String> logName() {
        return query(Sql.LOG_NAME, Tuple.tuple())
                .map(rows -> rows.iterator().next().getString(0));
    }

    Future<Optional<DocumentInfo>> find(DocumentKey key) {
        return query(Sql.FIND, of(key)).map(rows -> {
            if (rows.size() == 0) {
                return Optional.empty();
            }
            var row = DocumentRow.of(key, rows.iterator().next());
            return row.existing() ? Optional.of(row.info()) : Optional.empty();
        });
    }

    Future<StoredDocument> load(DocumentKey key, long epoch) {
        return query(Sql.LOAD, of(key)).map(rows -> {
            var info = DocumentRow.fenced(key, epoch, rows).info();
            var snapshot = rows.iterator().next().getBuffer("snapshot");
            if (info.snapshotPosition() == 0) {
                return new StoredDocument(info, Optional.empty());
            }
            if (snapshot == null || snapshot.length() != info.snapshotBytes()) {
                throw new DocumentCorruptException(key, "its snapshot is missing or cut", null);
            }
            return new StoredDocument(info, Optional.of(snapshot.getBytes()));
        });
    }

    Future<RunPage> read(DocumentKey key, long epoch, long afterPosition, int bytesMax) {
        int overhead = StoreLimits.ENTRY_OVERHEAD_BYTES;
        long rowsMax = bytesMax / overhead + 1L;
        var arguments = of(key).addLong(Math.max(0, afterPosition))
                .addLong((long) Math.max(1, bytesMax))
                .addInteger(overhead)
                .addLong(rowsMax);
        return query(Sql.READ, arguments).map(rows -> {
            var info = DocumentRow.fenced(key, epoch, rows).info();
            var entries = new ArrayList<StoredRun>();
            for (var row : rows) {
                var blob = row.getBuffer("entry_blob");
                if (blob != null) {
                    entries.add(run(row.getLong("entry_position"), row.getInteger("entry_packed"), blob.getBytes()));
                }
            }
            long start = Math.max(afterPosition, info.snapshotPosition());
            if (entries.isEmpty() && info.entryCount() > 0 && start < info.lastPosition()) {
                throw new DocumentCorruptException(key, "no entry behind position " + start, null);
            }
            boolean more = !entries.isEmpty() && entries.get(entries.size() - 1).lastPosition() < info.lastPosition();
            return new RunPage(entries, more);
        });
    }

    /** @param packed how many entries the row holds; null if it is one as it was appended */
    static StoredRun run(long position, Integer packed, byte[] blob) {
        return packed == null
                ? new StoredEntry(position, blob)
                : new PackedEntries(position - packed + 1, packed, blob);
    }

    Future<List<DocumentInfo>> list(DocumentKind kind, String prefix, String after, int limit) {
        var arguments = Tuple.of(DocumentRow.codeOf(kind), after, prefix, (long) Math.max(0, limit));
        return query(Sql.LIST, arguments).map(rows -> {
            var found = new ArrayList<DocumentInfo>();
            for (var row : rows) {
                var key = new DocumentKey(kind, row.getString("id"));
                found.add(DocumentRow.of(key, row).info());
            }
            return List.copyOf(found);
        });
    }

    private static Tuple of(DocumentKey key) {
        return Tuple.of(DocumentRow.codeOf(key.kind()), key.id());
    }

    private Future<RowSet<Row>> query(String sql, Tuple arguments) {
        return execute(sql, arguments)
                // A pooled connection may have died while it was idle, which only its next use shows.
                .recover(failure ->
                        Failures.isTransient(failure) ? execute(sql, arguments) : Future.failedFuture(failure))
                .recover(failure -> Future.failedFuture(Failures.ofRead(failure)));
    }

    private Future<RowSet<Row>> execute(String sql, Tuple arguments) {
        return pool.preparedQuery(sql).execute(arguments).timeout(statementMillisMax, TimeUnit.MILLISECONDS);
    }
}
