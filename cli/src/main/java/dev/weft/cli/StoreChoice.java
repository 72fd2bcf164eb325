package dev.weft.cli;

import dev.weft.crdt.clock.WallClock;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedStoreOptions;
import dev.weft.server.storage.postgres.PostgresDocumentStore;
import dev.weft.server.storage.postgres.PostgresStoreOptions;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a node keeps its documents. */
final class StoreChoice {
    enum Kind {
        memory,
        embedded,
        postgres
    }

    @Option(
            names = "--store",
            defaultValue = "embedded",
            description = "Where documents are kept: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private Kind kind;

    @Option(
            names = "--data",
            defaultValue = "data",
            paramLabel = "FOLDER",
            description = "Folder of the embedded store. Default: ./${DEFAULT-VALUE}")
    private Path data;

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            description = "Database of the postgres store: postgresql://USER:PASSWORD@HOST:PORT/DATABASE. The schema is"
                    + " created and migrated by the server.")
    private String postgresUrl;

    /** @param vertx the node's own */
    DocumentStore create(Vertx vertx) {
        return switch (kind) {
            case memory -> InMemoryDocumentStore.perNode(WallClock.SYSTEM);
            case embedded -> new EmbeddedDocumentStore(EmbeddedStoreOptions.in(data));
            case postgres -> new PostgresDocumentStore(vertx, PostgresStoreOptions.at(postgresUrl));
        };
    }

    /** @throws CommandFailedException if an option is missing that the chosen store needs */
    void check() {
        if (kind == Kind.postgres && postgresUrl == null) {
            throw new CommandFailedException("--store postgres needs --postgres-url", null);
        }
    }

    /** For people, as the end of a sentence. */
    String describe() {
        return switch (kind) {
            case memory -> "documents live in memory only and are gone when it stops";
            case embedded -> "documents are kept in " + data.toAbsolutePath().normalize();
            case postgres -> "documents are kept in PostgreSQL";
        };
    }
}
