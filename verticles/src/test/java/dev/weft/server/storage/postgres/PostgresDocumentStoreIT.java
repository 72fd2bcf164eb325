package dev.weft.server.storage.postgres;

import static dev.weft.server.storage.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.kit.TestDatabase;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.DocumentStoreContract;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresDocumentStoreIT extends DocumentStoreContract {
    private static final String SCHEMA = "contract_" + ProcessHandle.current().pid();

    private static Vertx vertx;

    @BeforeAll
    static void startVertx() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void closeVertx() {
        await(vertx.close());
    }

    @Override
    protected DocumentStore create() {
        var connection = await(PgConnection.connect(vertx, TestDatabase.sharedUri()));
        // Making the tables anew for each test would take longer than the tests.
        var emptied = connection
                .query("do $$ begin if to_regclass('" + SCHEMA + ".weft_document') is not null then truncate " + SCHEMA
                        + ".weft_document, " + SCHEMA + ".weft_entry, " + SCHEMA + ".weft_snapshot; end if; end $$")
                .execute();
        await(emptied);
        await(connection.close());
        return createAgain();
    }

    @Override
    protected DocumentStore createAgain() {
        return new PostgresDocumentStore(
                vertx, PostgresStoreOptions.at(TestDatabase.sharedUri()).withSchema(SCHEMA));
    }

    private static String logNameAt(String uri) {
        DocumentStore store = new PostgresDocumentStore(vertx, PostgresStoreOptions.at(uri));
        await(store.open());
        String name = store.logName();
        await(store.close());
        return name;
    }

    @Test
    void theNameOfTheLogIsTheSameForAllNodesAndAnotherWhereADumpIsRestored() {
        String uri = TestDatabase.fresh();
        String name = logNameAt(uri);
        assertThat(name).isNotBlank();
        assertThat(logNameAt(uri)).isEqualTo(name);
        assertThat(logNameAt(TestDatabase.fresh())).as("another database").isNotEqualTo(name);

        var connection = await(PgConnection.connect(vertx, uri));
        // As pg_restore --clean does.
        await(connection.query("drop schema public cascade").execute());
        await(connection.query("create schema public").execute());
        await(connection.close());
        assertThat(logNameAt(uri)).as("tables made anew").isNotEqualTo(name);
    }
}
