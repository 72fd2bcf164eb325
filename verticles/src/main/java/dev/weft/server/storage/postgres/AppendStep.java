package dev.weft.server.storage.postgres;

import dev.weft.server.registry.DocumentKey;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Appends of many documents in one statement. What that statement does not take, because the epoch is stale, the document
 * gone or a position used, is looked at one by one in transactions of their own; that is rare, and then the reason counts more than speed.
 */
final class AppendStep implements Step {
    private final List<LaneTask.Append> tasks = new ArrayList<>();
    private final Map<DocumentKey, LaneTask.Append> lastOf = new HashMap<>();
    private long bytes;

    /** Whether the task can be in the same statement as those before it: there, a document is written once, upward. */
    boolean accepts(LaneTask.Append task, long bytesMax) {
        var last = lastOf.get(task.key());
        boolean continues = last == null
                || (last.epoch() == task.epoch()
                        && task.firstPosition() > last.lastPosition()
                        && !last.blobs().isEmpty()
                        && !task.blobs().isEmpty());
        return continues && (tasks.isEmpty() || bytes + task.chargedBytes() <= bytesMax);
    }

    void add(LaneTask.Append task) {
        tasks.add(task);
        lastOf.put(task.key(), task);
        bytes += task.chargedBytes();
    }

    @Override
    public List<LaneTask.Append> tasks() {
        return tasks;
    }

    @Override
    public Future<Void> run(SqlConnection connection) {
        var requests = requests();
        if (requests.isEmpty()) {
            return oneByOne(connection, unsettled());
        }
        return connection
                .preparedQuery(Sql.APPEND)
                .execute(tupleOf(requests))
                .compose(
                        rows -> {
                            settle(requests, rows);
                            return oneByOne(connection, unsettled());
                        },
                        // A refused statement has written nothing. Alone, the culprit is found and the others get
                        // through.
                        failure -> failure instanceof PgException refusal && !Failures.isTransient(refusal)
                                ? oneByOne(connection, unsettled())
                                : Future.failedFuture(failure));
    }

    private List<LaneTask.Append> unsettled() {
        return tasks.stream().filter(task -> !task.isSettled()).toList();
    }

    private Future<Void> oneByOne(SqlConnection connection, List<LaneTask.Append> rest) {
        Future<Void> done = Future.succeededFuture();
        for (var task : rest) {
            done = done.compose(v -> Transactions.settle(
                    task, Transactions.run(connection, () -> Transactions.append(connection, task))));
        }
        return done;
    }

    private static void settle(List<Request> requests, RowSet<Row> rows) {
        var taken = new HashSet<Integer>();
        rows.forEach(row -> taken.add(row.getInteger("ord")));
        for (int i = 0; i < requests.size(); i++) {
            if (taken.contains(i)) {
                requests.get(i).tasks.forEach(task -> task.succeed(null));
            }
        }
    }

    /** All appends of one document. */
    private static final class Request {
        private final List<LaneTask.Append> tasks = new ArrayList<>();
        private long entries;
        private long bytes;

        void add(LaneTask.Append task) {
            tasks.add(task);
            entries += task.blobs().size();
            task.blobs().forEach(blob -> bytes += blob.length);
        }
    }

    private List<Request> requests() {
        var byDocument = new LinkedHashMap<DocumentKey, Request>();
        for (var task : unsettled()) {
            if (!task.blobs().isEmpty()) {
                byDocument.computeIfAbsent(task.key(), key -> new Request()).add(task);
            }
        }
        return List.copyOf(byDocument.values());
    }

    private static Tuple tupleOf(List<Request> requests) {
        int count = requests.size();
        var ords = new Integer[count];
        var kinds = new Short[count];
        var ids = new String[count];
        var epochs = new Long[count];
        var firsts = new Long[count];
        var lasts = new Long[count];
        var entries = new Long[count];
        var bytes = new Long[count];
        var entryOrds = new ArrayList<Integer>();
        var positions = new ArrayList<Long>();
        var blobs = new ArrayList<Buffer>();
        for (int i = 0; i < count; i++) {
            var request = requests.get(i);
            var first = request.tasks.get(0);
            ords[i] = i;
            kinds[i] = DocumentRow.codeOf(first.key().kind());
            ids[i] = first.key().id();
            epochs[i] = first.epoch();
            firsts[i] = first.firstPosition();
            lasts[i] = request.tasks.get(request.tasks.size() - 1).lastPosition();
            entries[i] = request.entries;
            bytes[i] = request.bytes;
            for (var task : request.tasks) {
                for (int j = 0; j < task.blobs().size(); j++) {
                    entryOrds.add(i);
                    positions.add(task.firstPosition() + j);
                    blobs.add(Buffer.buffer(task.blobs().get(j)));
                }
            }
        }
        return Tuple.tuple()
                .addArrayOfInteger(ords)
                .addArrayOfShort(kinds)
                .addArrayOfString(ids)
                .addArrayOfLong(epochs)
                .addArrayOfLong(firsts)
                .addArrayOfLong(lasts)
                .addArrayOfLong(entries)
                .addArrayOfLong(bytes)
                .addArrayOfInteger(entryOrds.toArray(Integer[]::new))
                .addArrayOfLong(positions.toArray(Long[]::new))
                .addArrayOfBuffer(blobs.toArray(Buffer[]::new));
    }
}
