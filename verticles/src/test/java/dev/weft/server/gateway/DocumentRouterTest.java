package dev.weft.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.kit.RawClient;
import dev.weft.server.registry.Claim;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.registry.LocalPlacement;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.memory.InMemoryOwnershipRegistry;
import dev.weft.server.storage.InMemoryDocumentStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DocumentRouterTest {
    private final OwnershipRegistry registry = InMemoryOwnershipRegistry.alone("n1");
    private final InMemoryDocumentStore store = InMemoryDocumentStore.unshared();
    private final DocumentRouter router = new DocumentRouter(registry, store, new LocalPlacement());

    @BeforeEach
    void open() {
        RawClient.await(store.open());
    }

    @Test
    void aDocumentThatSomebodyOnlyClaimsIsNotTakenForOneThatExists() {
        DocumentKey key = DocumentKey.aware("paper");
        RawClient.await(registry.claim(key, Claim.of("c1", "n1")));
        assertThat(RawClient.await(router.kindOf("paper"))).isEmpty();

        assertThat(RawClient.await(registry.activate(key, "c1", 1))).isTrue();
        assertThat(RawClient.await(router.kindOf("paper"))).contains(DocumentKind.AWARE);
    }

    @Test
    void aStoredDocumentThatNobodyHostsExists() {
        RawClient.await(store.claim(DocumentKey.relay("room"), true));
        assertThat(RawClient.await(router.kindOf("room"))).contains(DocumentKind.RELAY);
    }
}
