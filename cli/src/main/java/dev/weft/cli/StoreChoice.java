package dev.weft.cli;

import dev.weft.crdt.clock.WallClock;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedStoreOptions;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a node keeps its documents. */
final class StoreChoice {
    enum Kind {
        memory,
        embedded
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

    DocumentStore create() {
        return switch (kind) {
            case memory -> InMemoryDocumentStore.perNode(WallClock.SYSTEM);
            case embedded -> new EmbeddedDocumentStore(EmbeddedStoreOptions.in(data));
        };
    }

    /** For people, as the end of a sentence. */
    String describe() {
        return switch (kind) {
            case memory -> "documents live in memory only and are gone when it stops";
            case embedded -> "documents are kept in " + data.toAbsolutePath().normalize();
        };
    }
}
