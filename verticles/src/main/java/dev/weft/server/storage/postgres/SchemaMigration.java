package dev.weft.server.storage.postgres;

import dev.weft.server.storage.StoreOpenException;
import io.vertx.pgclient.PgConnectOptions;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Brings the schema to the version of this program. Blocking. Several nodes may do it at once: the first does the work under an
 * advisory lock, the others find it done. A schema newer than this program is left alone and refused: rows may stand in it for
 * what this program would take for something else.
 */
final class SchemaMigration {
    private static final String FOLDER = "classpath:dev/weft/server/storage/postgres";
    private static final String HISTORY_TABLE = "weft_schema_history";

    private SchemaMigration() {}

    static void run(PgConnectOptions server, PostgresStoreOptions options) {
        int seconds = (int) Math.max(1, TimeUnit.MILLISECONDS.toSeconds(options.unavailableAfterMillis()));
        try {
            Flyway.configure(SchemaMigration.class.getClassLoader())
                    .dataSource(dataSource(server))
                    .locations(FOLDER)
                    // In a jar without entries for its folders nothing is found, and every document would fail instead.
                    .failOnMissingLocations(true)
                    .table(HISTORY_TABLE)
                    .defaultSchema(options.schema())
                    .createSchemas(true)
                    // The schema may be shared with tables that are not ours.
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    // By default migrations nobody here knows are passed over.
                    .ignoreMigrationPatterns(new String[0])
                    .connectRetries(seconds)
                    .connectRetriesInterval(1)
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new StoreOpenException(
                    "the schema of " + options + " cannot be used by this version: " + e.getMessage(), e);
        }
    }

    private static PGSimpleDataSource dataSource(PgConnectOptions server) {
        var source = new PGSimpleDataSource();
        source.setServerNames(new String[] {server.getHost()});
        source.setPortNumbers(new int[] {server.getPort()});
        source.setDatabaseName(server.getDatabase());
        source.setUser(server.getUser());
        source.setPassword(server.getPassword());
        source.setSslMode(server.getSslMode().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        return source;
    }
}
