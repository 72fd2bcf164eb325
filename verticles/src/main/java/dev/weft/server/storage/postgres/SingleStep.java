package dev.weft.server.storage.postgres;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.function.Function;

/** One task in a transaction of its own. */
record SingleStep(LaneTask<Void> task, Function<SqlConnection, Future<Void>> work) implements Step {
    @Override
    public List<? extends LaneTask<?>> tasks() {
        return List.of(task);
    }

    @Override
    public Future<Void> run(SqlConnection connection) {
        return Transactions.settle(task, Transactions.run(connection, () -> work.apply(connection)));
    }
}
