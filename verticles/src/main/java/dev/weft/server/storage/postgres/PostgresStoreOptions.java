package dev.weft.server.storage.postgres;

import dev.weft.server.storage.StoreLimits;
import java.util.Objects;

/**
 * Where the database is and how hard it is used.
 *
 * @param uri {@code postgresql://user:password@host:port/database?sslmode=…}; what it leaves out comes from the
 *     environment variables of libpq ({@code PGHOST}, {@code PGPASSWORD} and so on)
 * @param schema the schema of the tables; created if absent
 * @param limits the bounds all stores keep; {@code queueBytesMax} is over all lanes
 * @param lanes connections for writes; a document always uses the same one
 * @param readConnections connections for loading and queries
 * @param readQueueMax reads that wait for such a connection; more are refused
 * @param statementMillisMax after this time a statement counts as lost, and its connection with it
 * @param unavailableAfterMillis how long a write is repeated before it fails; from then on writes fail at once until the database is back
 * @param reconnectDelayMillisMax the longest pause between two attempts to connect
 */
public record PostgresStoreOptions(
        String uri,
        String schema,
        StoreLimits limits,
        int lanes,
        int readConnections,
        int readQueueMax,
        long statementMillisMax,
        long unavailableAfterMillis,
        long reconnectDelayMillisMax) {
    public PostgresStoreOptions {
        Objects.requireNonNull(uri, "uri");
        Objects.requireNonNull(limits, "limits");
        if (!schema.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("not a plain schema name: " + schema);
        }
        if (lanes < 1 || readConnections < 1 || readQueueMax < 1) {
            throw new IllegalArgumentException("lanes, readConnections and readQueueMax must be positive");
        }
        if (statementMillisMax < 1 || unavailableAfterMillis < 1 || reconnectDelayMillisMax < 1) {
            throw new IllegalArgumentException("times must be positive");
        }
    }

    /** Schema public, two lanes, four read connections, a statement of at most 10 s, patience of 10 s, a new try twice a second. */
    public static PostgresStoreOptions at(String uri) {
        return new PostgresStoreOptions(uri, "public", StoreLimits.defaults(), 2, 4, 10_000, 10_000, 10_000, 500);
    }

    public PostgresStoreOptions withSchema(String newSchema) {
        return new PostgresStoreOptions(
                uri,
                newSchema,
                limits,
                lanes,
                readConnections,
                readQueueMax,
                statementMillisMax,
                unavailableAfterMillis,
                reconnectDelayMillisMax);
    }

    public PostgresStoreOptions withLanes(int newLanes) {
        return new PostgresStoreOptions(
                uri,
                schema,
                limits,
                newLanes,
                readConnections,
                readQueueMax,
                statementMillisMax,
                unavailableAfterMillis,
                reconnectDelayMillisMax);
    }

    public PostgresStoreOptions withPatience(long newStatementMillisMax, long newUnavailableAfterMillis) {
        return new PostgresStoreOptions(
                uri,
                schema,
                limits,
                lanes,
                readConnections,
                readQueueMax,
                newStatementMillisMax,
                newUnavailableAfterMillis,
                reconnectDelayMillisMax);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "PostgresStoreOptions[" + uri.replaceAll("//[^@/]*@", "//…@") + ", schema=" + schema + ", lanes=" + lanes
                + "]";
    }
}
