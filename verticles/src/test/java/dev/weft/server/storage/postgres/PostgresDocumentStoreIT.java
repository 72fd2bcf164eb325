package dev.weft.server.storage.postgres;

import static dev.weft.server.storage.Futures.await;

import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.DocumentStoreContract;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresDocumentStoreIT extends DocumentStoreContract {
    private static final AtomicInteger SCHEMA_NUMBER = new AtomicInteger();

    private static Vertx vertx;

    private PostgresStoreOptions options;

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
        options = PostgresStoreOptions.at(PostgresServer.sharedUri())
                .withSchema("contract_" + ProcessHandle.current().pid() + "_" + SCHEMA_NUMBER.incrementAndGet());
        return createAgain();
    }

    @Override
    protected DocumentStore createAgain() {
        return new PostgresDocumentStore(vertx, options);
    }
}
