package dev.weft.server.registry.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.registry.Claim;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.RegistryListener;
import dev.weft.server.registry.RegistryUnavailableException;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RegistryAfterNodeLossIT {
    private static final int ATTEMPTS_MAX = 5;
    private static final int DOCUMENTS = 50;

    @Test
    void whatACrashedNodeOwnedIsGrantedToTheOthersAndNothingElse() throws IOException, InterruptedException {
        try (TestCluster cluster = new TestCluster(3)) {
            OwnershipRegistry survivor = cluster.node(0).registry();
            OwnershipRegistry bystander = cluster.node(1).registry();
            OwnershipRegistry victim = cluster.node(2).registry();
            for (int i = 0; i < DOCUMENTS; i++) {
                own(bystander, kept(i), "kept" + i);
                own(victim, lost(i), "lost" + i);
            }
            BlockingQueue<String> left = new LinkedBlockingQueue<>();
            survivor.listen(new RegistryListener() {
                @Override
                public void nodeLeft(String nodeId) {
                    left.add(nodeId);
                }
            });
            cluster.node(2).crash();
            assertThat(left.poll(10, TimeUnit.SECONDS)).isEqualTo(victim.localNode());

            // With two copies beside the first, no entry went down with the node.
            for (int i = 0; i < DOCUMENTS; i++) {
                DocumentKey kept = kept(i);
                DocumentKey lost = lost(i);
                Claim claim = Claim.of("new" + i, survivor.localNode());
                assertThat(answered(() -> survivor.lookup(kept)))
                        .contains(Ownership.active(bystander.localNode(), "kept" + i, 1));
                assertThat(answered(() -> survivor.claim(kept, claim)).nodeId()).isEqualTo(bystander.localNode());
                assertThat(answered(() -> survivor.claim(lost, claim)))
                        .isEqualTo(Ownership.claiming(survivor.localNode(), "new" + i));
            }
            assertThatFails(victim);
        }
    }

    /** Repeats a call as owners do: while entries change hands after a loss, one may find nobody to answer it. */
    private static <T> T answered(Supplier<Future<T>> call) {
        RegistryUnavailableException last = null;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            try {
                return call.get().await();
            } catch (RegistryUnavailableException e) {
                last = e;
            }
        }
        throw new AssertionError("No answer in " + ATTEMPTS_MAX + " attempts", last);
    }

    private static void assertThatFails(OwnershipRegistry dead) throws InterruptedException {
        BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
        dead.lookup(lost(0)).onFailure(failures::add);
        assertThat(failures.poll(10, TimeUnit.SECONDS)).isInstanceOf(RegistryUnavailableException.class);
    }

    private static void own(OwnershipRegistry node, DocumentKey key, String claimId) {
        node.claim(key, Claim.of(claimId, node.localNode())).await();
        assertThat(node.activate(key, claimId, 1).await()).isTrue();
    }

    private static DocumentKey kept(int i) {
        return DocumentKey.aware("kept-" + i);
    }

    private static DocumentKey lost(int i) {
        return DocumentKey.relay("lost-" + i);
    }
}
