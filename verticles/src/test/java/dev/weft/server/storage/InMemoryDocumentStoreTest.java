package dev.weft.server.storage;

import static dev.weft.server.storage.Futures.await;
import static dev.weft.server.storage.Futures.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InMemoryDocumentStoreTest extends DocumentStoreContract {
    private InMemoryDocumentStore.Contents contents;

    @Override
    protected DocumentStore create() {
        contents = new InMemoryDocumentStore.Contents();
        return createAgain();
    }

    @Override
    protected DocumentStore createAgain() {
        return InMemoryDocumentStore.over(contents);
    }

    @Test
    void storesOverTheSameContentsFenceEachOther() {
        var other = InMemoryDocumentStore.over(contents);
        await(other.open());
        long old = created(DOC);
        assertThat(await(other.claim(DOC, false))).isEqualTo(old + 1);
        failureOf(store.append(DOC, old, 1, blobs("a")), StaleEpochException.class);
        await(other.close());
        assertThat(await(store.find(DOC))).isPresent();
    }

    @Test
    void onlyAStoreOverContentsIsShared() {
        assertThat(store.isShared()).isTrue();
        assertThat(InMemoryDocumentStore.unshared().isShared()).isFalse();
    }
}
