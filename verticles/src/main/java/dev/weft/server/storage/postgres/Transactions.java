package dev.weft.server.storage.postgres;

import dev.weft.server.storage.PositionConflictException;
import dev.weft.server.storage.RunPage;
import dev.weft.server.storage.StoreException;
import dev.weft.server.storage.StoredEntry;
import dev.weft.server.storage.StoredRun;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.function.Supplier;

/** Writes that need more than one statement. All of them lock the row of the document first, and so wait for and fence each other. */
final class Transactions {
    private Transactions() {}

    /** The outcome of a commit that fails is unknown, as is everything when the connection is lost. */
    static Future<Void> run(SqlConnection connection, Supplier<Future<Void>> work) {
        return connection.begin().compose(transaction -> work.get()
                .compose(
                        v -> transaction.commit(),
                        failure -> transaction.rollback().transform(v -> Future.<Void>failedFuture(failure))));
    }

    /** Hands a certain outcome to the task; an uncertain one remains the failure of the step. */
    static Future<Void> settle(LaneTask<Void> task, Future<Void> outcome) {
        return outcome.transform(result -> {
            if (result.succeeded()) {
                task.succeed(null);
            } else if (result.cause() instanceof StoreException refusal) {
                task.fail(refusal);
            } else if (!Failures.isTransient(result.cause())) {
                task.fail(Failures.refused(result.cause()));
            } else {
                return Future.failedFuture(result.cause());
            }
            return Future.succeededFuture();
        });
    }

    static Future<Void> append(SqlConnection connection, LaneTask.Append task) {
        return lock(connection, task).compose(rows -> {
            var row = DocumentRow.fenced(task.key(), task.epoch(), rows);
            long last = row.info().lastPosition();
            if (task.firstPosition() > last || task.blobs().isEmpty()) {
                return extend(connection, task, row);
            }
            return requireRepeated(connection, task, row).compose(v -> extend(connection, task, row));
        });
    }

    private static Future<RowSet<Row>> lock(SqlConnection connection, LaneTask<?> task) {
        return connection
                .preparedQuery(Sql.LOCK)
                .execute(Tuple.of(
                        DocumentRow.codeOf(task.key().kind()), task.key().id()));
    }

    private static Future<Void> requireRepeated(SqlConnection connection, LaneTask.Append task, DocumentRow row) {
        long last = Math.min(task.lastPosition(), row.info().lastPosition());
        return connection
                .preparedQuery(Sql.STORED_RUNS)
                .execute(Tuple.of(row.number(), task.firstPosition(), last))
                .map(rows -> {
                    var stored = new HashMap<Long, byte[]>();
                    for (var entry : entriesOf(task, rows)) {
                        stored.put(entry.position(), entry.blob());
                    }
                    for (long position = task.firstPosition(); position <= last; position++) {
                        var blob = task.blobs().get((int) (position - task.firstPosition()));
                        if (!Arrays.equals(stored.get(position), blob)) {
                            throw new PositionConflictException(
                                    task.key(),
                                    "position " + position + " is not free, the last is "
                                            + row.info().lastPosition());
                        }
                    }
                    return null;
                });
    }

    private static List<StoredEntry> entriesOf(LaneTask<?> task, RowSet<Row> rows) {
        var runs = new ArrayList<StoredRun>();
        rows.forEach(found -> runs.add(DocumentQueries.run(
                found.getLong("position"),
                found.getInteger("packed"),
                found.getBuffer("blob").getBytes())));
        return new RunPage(runs, false)
                .entriesAfter(task.key(), 0, Long.MAX_VALUE)
                .entries();
    }

    static Future<Void> pack(SqlConnection connection, LaneTask.Pack task) {
        var entries = task.entries();
        return lock(connection, task).compose(rows -> {
            long number = DocumentRow.fenced(task.key(), task.epoch(), rows).number();
            var range = Tuple.of(number, entries.firstPosition(), entries.lastPosition());
            return connection.preparedQuery(Sql.PACKABLE).execute(range).compose(found -> {
                var there = found.iterator().next();
                Integer done = there.getInteger("done");
                if (done != null && done == entries.count()) {
                    return Future.succeededFuture();
                }
                if (there.getLong("entries") != entries.count() || there.getLong("packed") > 0) {
                    throw new PositionConflictException(
                            task.key(),
                            "not all entries from " + entries.firstPosition() + " to " + entries.lastPosition()
                                    + " are there to be packed");
                }
                var row = Tuple.of(
                        number,
                        entries.lastPosition(),
                        Buffer.buffer(entries.block()),
                        entries.count(),
                        there.getLong("bytes"));
                return connection
                        .preparedQuery(Sql.REMOVE_ENTRIES)
                        .execute(range)
                        .compose(v -> connection.preparedQuery(Sql.PUT_PACKED).execute(row))
                        .mapEmpty();
            });
        });
    }

    private static Future<Void> extend(SqlConnection connection, LaneTask.Append task, DocumentRow row) {
        var positions = new ArrayList<Long>();
        var blobs = new ArrayList<Buffer>();
        long bytes = 0;
        for (int i = 0; i < task.blobs().size(); i++) {
            if (task.firstPosition() + i > row.info().lastPosition()) {
                positions.add(task.firstPosition() + i);
                blobs.add(Buffer.buffer(task.blobs().get(i)));
                bytes += task.blobs().get(i).length;
            }
        }
        if (positions.isEmpty()) {
            return Future.succeededFuture();
        }
        var entries = Tuple.of(row.number())
                .addArrayOfLong(positions.toArray(Long[]::new))
                .addArrayOfBuffer(blobs.toArray(Buffer[]::new));
        var figures = Tuple.of(row.number(), task.lastPosition(), (long) positions.size(), bytes);
        return connection
                .preparedQuery(Sql.INSERT_ENTRIES)
                .execute(entries)
                .compose(v -> connection.preparedQuery(Sql.EXTEND).execute(figures))
                .mapEmpty();
    }

    static Future<Void> compact(SqlConnection connection, LaneTask.Compact task) {
        return lock(connection, task).compose(rows -> {
            var row = DocumentRow.fenced(task.key(), task.epoch(), rows);
            var info = row.info();
            if (task.upToPosition() < info.snapshotPosition() || task.upToPosition() > info.lastPosition()) {
                throw new PositionConflictException(
                        task.key(),
                        "a snapshot up to " + task.upToPosition() + " is outside " + info.snapshotPosition() + " to "
                                + info.lastPosition());
            }
            return unpackAt(connection, task, row.number())
                    .compose(v -> connection
                            .preparedQuery(Sql.DROP_ENTRIES)
                            .execute(Tuple.of(row.number(), task.upToPosition())))
                    .compose(dropped -> {
                        var figures = dropped.iterator().next();
                        var update = Tuple.of(
                                row.number(),
                                task.upToPosition(),
                                (long) task.snapshot().length,
                                figures.getLong(0),
                                figures.getLong(1));
                        return connection.preparedQuery(Sql.COMPACTED).execute(update);
                    })
                    .compose(v -> connection
                            .preparedQuery(Sql.PUT_SNAPSHOT)
                            .execute(Tuple.of(row.number(), Buffer.buffer(task.snapshot()))))
                    .mapEmpty();
        });
    }

    /** If the snapshot ends inside a block, its entries are put back one by one. */
    private static Future<Void> unpackAt(SqlConnection connection, LaneTask.Compact task, long number) {
        return connection
                .preparedQuery(Sql.STORED_RUNS)
                .execute(Tuple.of(number, task.upToPosition(), task.upToPosition()))
                .compose(rows -> {
                    var entries = entriesOf(task, rows);
                    if (entries.size() < 2) {
                        return Future.succeededFuture();
                    }
                    long first = entries.get(0).position();
                    long last = entries.get(entries.size() - 1).position();
                    var row = Tuple.of(number)
                            .addArrayOfLong(
                                    entries.stream().map(StoredEntry::position).toArray(Long[]::new))
                            .addArrayOfBuffer(entries.stream()
                                    .map(entry -> Buffer.buffer(entry.blob()))
                                    .toArray(Buffer[]::new));
                    return connection
                            .preparedQuery(Sql.REMOVE_ENTRIES)
                            .execute(Tuple.of(number, first, last))
                            .compose(v ->
                                    connection.preparedQuery(Sql.INSERT_ENTRIES).execute(row))
                            .mapEmpty();
                });
    }

    static Future<Void> delete(SqlConnection connection, LaneTask.Delete task) {
        return lock(connection, task).compose(rows -> {
            var row = DocumentRow.fencedOrDeleted(task.key(), task.epoch(), rows);
            if (!row.existing()) {
                return Future.succeededFuture();
            }
            return connection
                    .preparedQuery(Sql.DROP_ENTRIES)
                    .execute(Tuple.of(row.number(), Long.MAX_VALUE))
                    .compose(v -> connection.preparedQuery(Sql.DROP_SNAPSHOT).execute(Tuple.of(row.number())))
                    .compose(v -> connection.preparedQuery(Sql.DELETED).execute(Tuple.of(row.number())))
                    .mapEmpty();
        });
    }
}
