package dev.weft.server.storage.postgres;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentNotFoundException;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Claims of different documents in one statement, as after the loss of a node. Repeating one only skips an epoch. */
final class ClaimStep implements Step {
    static final int CLAIMS_MAX = 500;

    private final boolean create;
    private final Map<DocumentKey, LaneTask.Claim> tasks = new HashMap<>();

    ClaimStep(boolean create) {
        this.create = create;
    }

    boolean accepts(LaneTask.Claim task) {
        return task.create() == create && tasks.size() < CLAIMS_MAX && !tasks.containsKey(task.key());
    }

    void add(LaneTask.Claim task) {
        tasks.put(task.key(), task);
    }

    @Override
    public List<LaneTask.Claim> tasks() {
        return List.copyOf(tasks.values());
    }

    @Override
    public Future<Void> run(SqlConnection connection) {
        // Sorted, so that two nodes that claim the same documents wait for each other instead of deadlocking.
        var keys = tasks.keySet().stream().sorted(Comparator.naturalOrder()).toList();
        var arguments = Tuple.tuple()
                .addArrayOfShort(
                        keys.stream().map(key -> DocumentRow.codeOf(key.kind())).toArray(Short[]::new))
                .addArrayOfString(keys.stream().map(DocumentKey::id).toArray(String[]::new));
        return connection
                .preparedQuery(create ? Sql.CLAIM_OR_CREATE : Sql.CLAIM)
                .execute(arguments)
                .map(rows -> {
                    settle(rows);
                    return null;
                });
    }

    private void settle(RowSet<Row> rows) {
        for (var row : rows) {
            var key = new DocumentKey(DocumentRow.kindOf(row.getShort("kind")), row.getString("id"));
            tasks.get(key).succeed(row.getLong("epoch"));
        }
        for (var task : tasks.values()) {
            if (!task.isSettled()) {
                task.fail(new DocumentNotFoundException(task.key()));
            }
        }
    }
}
