package dev.weft.server.storage.embedded;

import static dev.weft.server.storage.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.StoredEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed at random moments; what it had acknowledged is there. {@code -Dweft.rounds=N} for more rounds. */
class EmbeddedStoreCrashTest {
    private static final int BLOB_BYTES = 200;
    private static final int LINES_MAX = 4_000;

    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedOutlivesTheProcess() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        var random = new Random(seed);
        int rounds = Integer.getInteger("weft.rounds", 3);
        for (int round = 0; round < rounds; round++) {
            var child = StoreChild.Handle.start(folder, BLOB_BYTES);
            child.read(1 + random.nextInt(LINES_MAX));
            child.kill();
            child.readToEnd();
            assertThat(child.others).containsExactly("OPEN");
            var store = new EmbeddedDocumentStore(EmbeddedStoreOptions.in(folder));
            await(store.open());
            for (int document = 0; document < StoreChild.DOCUMENTS; document++) {
                assertHolds(store, document, child.acknowledged[document], "round " + round + " of seed " + seed);
            }
            await(store.close());
        }
    }

    static void assertHolds(DocumentStore store, int document, long acknowledged, String description) {
        var key = StoreChild.key(document);
        if (acknowledged == 0 && await(store.find(key)).isEmpty()) {
            return;
        }
        long epoch = await(store.claim(key, false));
        var loaded = await(store.load(key, epoch));
        var info = loaded.info();
        assertThat(info.lastPosition()).as(description).isGreaterThanOrEqualTo(acknowledged);
        long snapshotPosition = info.snapshotPosition();
        if (snapshotPosition > 0) {
            assertThat(loaded.snapshot().orElseThrow())
                    .as(description)
                    .isEqualTo(StoreChild.blob(document, snapshotPosition, 20));
        }
        var entries = new ArrayList<StoredEntry>();
        await(store.readAll(key, epoch, snapshotPosition, entries::addAll));
        assertThat(entries).as(description).hasSize((int) (info.lastPosition() - snapshotPosition));
        for (int i = 0; i < entries.size(); i++) {
            long position = snapshotPosition + 1 + i;
            assertThat(entries.get(i).position()).as(description).isEqualTo(position);
            assertThat(entries.get(i).blob())
                    .as(description)
                    .isEqualTo(StoreChild.blob(document, position, BLOB_BYTES));
        }
        assertThat(info.entryCount()).as(description).isEqualTo(entries.size());
    }
}
