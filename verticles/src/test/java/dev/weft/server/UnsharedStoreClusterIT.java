package dev.weft.server;

import static dev.weft.server.kit.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ClientOptions;
import dev.weft.client.DocumentClient;
import dev.weft.client.SyncClient;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.registry.Claim;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.Ownership;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

/** Two nodes that keep their documents each for itself: no store tells an owner that it was replaced. */
class UnsharedStoreClusterIT {
    private static final DocumentKey KEY = DocumentKey.aware("paper");

    // Suspected while it was only slow, and idle since: nothing it says or writes would tell it.
    @Test
    void anOwnerThatTheRegistryHasReplacedStepsDownAndItsClientsFollow() {
        try (TestCluster cluster = TestCluster.start(
                        2,
                        options -> options.withAllowUnsharedStore(true),
                        () -> InMemoryDocumentStore.perNode(WallClock.SYSTEM));
                Writer ann = new Writer(cluster.node(0));
                Writer bob = new Writer(cluster.node(1))) {
            ann.insert("Hello");
            eventually(() -> bob.value().equals("Hello"));
            int owner = cluster.ownerOf(KEY);
            Server old = cluster.node(owner);
            Server next = cluster.node(1 - owner);

            Ownership replaced = RawClient.await(old.registry().lookup(KEY)).orElseThrow();
            Claim claim = Claim.of("usurper", next.nodeId()).presumingDead(replaced);
            assertThat(RawClient.await(next.registry().claim(KEY, claim)).nodeId())
                    .isEqualTo(next.nodeId());
            RawClient.await(next.registry().activate(KEY, "usurper", replaced.epoch() + 1_000_000));

            eventually(() -> !old.documents().isHosted(KEY));
            RawClient.await(next.registry().release(KEY, "usurper", null));
            bob.insert(">");
            eventually(() -> ann.value().equals(">Hello"));
        }
    }

    /** Somebody who edits. */
    private static final class Writer implements AutoCloseable {
        private final Vertx vertx = Vertx.vertx();
        private final DocumentClient client;
        private final FugueTextHandler text;

        Writer(Server server) {
            Document document = new Document(DocumentOptions.builder().build());
            text = new FugueTextHandler(document, "text");
            client = SyncClient.create(
                    vertx,
                    document,
                    ClientOptions.builder(KEY.id())
                            .endpoints("ws://127.0.0.1:" + server.port() + "/")
                            .build());
            RawClient.await(client.connect());
        }

        String value() {
            return RawClient.await(client.<String>execute(document -> text.value()));
        }

        void insert(String words) {
            client.edit(document -> text.insert(0, words));
        }

        @Override
        public void close() {
            RawClient.await(client.close());
            RawClient.await(vertx.close());
        }
    }
}
