package dev.weft.server.storage.postgres;

import static dev.weft.server.storage.Futures.await;

import dev.weft.server.kit.TestDatabase;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.DocumentStoreContract;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

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
}
