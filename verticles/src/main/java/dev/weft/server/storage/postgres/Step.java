package dev.weft.server.storage.postgres;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;

/**
 * What a lane does at one time. A step settles its tasks as their outcomes become certain. If its future fails, the tasks that are not
 * settled may or may not have been carried out, and the step can be run again: it repeats only those.
 */
interface Step {
    List<? extends LaneTask<?>> tasks();

    Future<Void> run(SqlConnection connection);
}
