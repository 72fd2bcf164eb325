package dev.weft.server.storage.embedded;

import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.DocumentStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDocumentStoreTest extends DocumentStoreContract {
    @TempDir
    Path folder;

    @Override
    protected DocumentStore create() {
        return createAgain();
    }

    @Override
    protected DocumentStore createAgain() {
        return new EmbeddedDocumentStore(EmbeddedStoreOptions.in(folder));
    }
}
