package dev.weft.server.storage.embedded;

import static dev.weft.server.storage.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.DocumentStoreContract;
import dev.weft.server.storage.StoreListener;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
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

    @Test
    void epochsOfAStorePerNodeBeginAtTheTimeOfTheClaim() {
        var time = new AtomicLong(1_000);
        var options = EmbeddedStoreOptions.in(folder.resolve("per-node"));
        var perNode = EmbeddedDocumentStore.perNode(options, StoreListener.NONE, time::get);
        await(perNode.open());
        assertThat(await(perNode.claim(DOC, true))).isEqualTo(1_000);
        assertThat(await(perNode.claim(DOC, true))).isEqualTo(1_001);
        time.set(2_000);
        assertThat(await(perNode.claim(DOC, true))).isEqualTo(2_000);
        await(perNode.close());
    }
}
