package dev.weft.server.storage.postgres;

import dev.weft.server.storage.StoreException;
import dev.weft.server.storage.StoreUnavailableException;
import io.vertx.pgclient.PgException;
import java.util.Set;

/** What a failure of the database means. */
final class Failures {
    // Connection, read-only after a failover, deadlock and serialization, lack of resources, object not ready,
    // shutdown, disk errors.
    private static final Set<String> TRANSIENT_CLASSES = Set.of("08", "25", "40", "53", "55", "57", "58");

    private Failures() {}

    /** Whether the same statement may succeed later; every loss of the connection counts as such. */
    static boolean isTransient(Throwable failure) {
        if (failure instanceof PgException refusal) {
            var state = refusal.getSqlState();
            return state == null || TRANSIENT_CLASSES.contains(state.substring(0, Math.min(2, state.length())));
        }
        return !(failure instanceof StoreException
                || failure instanceof IllegalArgumentException
                || failure instanceof IllegalStateException
                || failure instanceof ClassCastException
                || failure instanceof NullPointerException);
    }

    /** The database answered, and the answer was no: a fault of ours or of the schema. */
    static RuntimeException refused(Throwable cause) {
        return new IllegalStateException("the database refused a statement: " + cause.getMessage(), cause);
    }

    static RuntimeException ofRead(Throwable cause) {
        if (cause instanceof StoreException known) {
            return known;
        }
        return isTransient(cause)
                ? new StoreUnavailableException("the database cannot be reached: " + cause.getMessage(), cause)
                : refused(cause);
    }
}
