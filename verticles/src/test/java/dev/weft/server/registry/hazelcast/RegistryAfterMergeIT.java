package dev.weft.server.registry.hazelcast;

import static dev.weft.server.kit.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.registry.Claim;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.RegistryListener;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RegistryAfterMergeIT {
    // Which of the two joins the other is Hazelcast's choice; whichever it is, one owner of each half has lost.
    @Test
    void theHigherEpochWinsAndOwnersOfBothHalvesAreToldToLook() throws IOException, InterruptedException {
        try (TestCluster cluster = TestCluster.divided()) {
            OwnershipRegistry first = cluster.node(0).registry();
            OwnershipRegistry second = cluster.node(1).registry();
            DocumentKey laterInFirst = DocumentKey.aware("later-in-first");
            DocumentKey laterInSecond = DocumentKey.aware("later-in-second");
            own(first, laterInFirst, "a1", 2);
            own(second, laterInFirst, "b1", 1);
            own(first, laterInSecond, "a2", 1);
            own(second, laterInSecond, "b2", 2);
            BlockingQueue<RegistryListener.Doubt> toldFirst = doubtsOf(first);
            BlockingQueue<RegistryListener.Doubt> toldSecond = doubtsOf(second);

            cluster.meet();

            assertThat(toldFirst.poll(20, TimeUnit.SECONDS)).isEqualTo(RegistryListener.Doubt.MERGED);
            assertThat(toldSecond.poll(20, TimeUnit.SECONDS)).isEqualTo(RegistryListener.Doubt.MERGED);
            // Who is told may be quicker than the entries of the half that joined.
            for (OwnershipRegistry registry : new OwnershipRegistry[] {first, second}) {
                eventually(() -> registry.lookup(laterInFirst)
                        .await()
                        .equals(Optional.of(Ownership.active(first.localNode(), "a1", 2))));
                eventually(() -> registry.lookup(laterInSecond)
                        .await()
                        .equals(Optional.of(Ownership.active(second.localNode(), "b2", 2))));
            }
        }
    }

    private static void own(OwnershipRegistry node, DocumentKey key, String claimId, long epoch) {
        node.claim(key, Claim.of(claimId, node.localNode())).await();
        assertThat(node.activate(key, claimId, epoch).await()).isTrue();
    }

    private static BlockingQueue<RegistryListener.Doubt> doubtsOf(OwnershipRegistry registry) {
        BlockingQueue<RegistryListener.Doubt> doubts = new LinkedBlockingQueue<>();
        registry.listen(new RegistryListener() {
            @Override
            public void entriesDoubtful(Doubt doubt) {
                doubts.add(doubt);
            }
        });
        return doubts;
    }
}
