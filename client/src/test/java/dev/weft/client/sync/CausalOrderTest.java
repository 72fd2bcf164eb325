package dev.weft.client.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CausalOrderTest {
    private static Change change(int peer, long millis, Change... dependencies) {
        OperationId id = new OperationId(MemoryReplica.peerOf(peer), HybridTimestamp.of(millis, 0));
        return Change.of(
                id,
                Arrays.stream(dependencies).map(Change::id).toList(),
                Envelope.encode("CRDTTextHandler", "t", 0, new byte[1]));
    }

    private static void assertCausal(List<Change> sorted, Set<OperationId> batch) {
        Set<OperationId> seen = new HashSet<>();
        for (Change change : sorted) {
            for (OperationId dependency : change.dependencies()) {
                assertThat(seen.contains(dependency) || !batch.contains(dependency))
                        .isTrue();
            }
            seen.add(change.id());
        }
    }

    @Test
    void followsStampsWhereTheyFollowCauses() {
        Change a = change(1, 10);
        Change b = change(2, 20, a);
        Change c = change(1, 30, b);
        assertThat(CausalOrder.sorted(List.of(c, a, b))).containsExactly(a, b, c);
    }

    /** A counter of 16 bits that wrapped makes a change look older than what it depends on. */
    @Test
    void followsCausesWhereStampsDoNot() {
        Change cause = change(1, 50);
        Change effect = change(2, 10, cause);
        Change last = change(3, 5, effect);
        assertThat(CausalOrder.sorted(List.of(last, effect, cause))).containsExactly(cause, effect, last);
    }

    @Test
    void dropsRepeatsAndIgnoresWhatIsNotInTheBatch() {
        Change elsewhere = change(1, 1);
        Change a = change(1, 10, elsewhere);
        assertThat(CausalOrder.sorted(List.of(a, a))).containsExactly(a);
    }

    @Test
    void putsACycleLastWhereItHoldsUpNothing() {
        OperationId first = new OperationId(MemoryReplica.peerOf(1), HybridTimestamp.of(1, 0));
        OperationId second = new OperationId(MemoryReplica.peerOf(1), HybridTimestamp.of(2, 0));
        byte[] payload = Envelope.encode("CRDTTextHandler", "t", 0, new byte[1]);
        Change one = Change.of(first, List.of(second), payload);
        Change two = Change.of(second, List.of(first), payload);
        Change sound = change(2, 99);
        assertThat(CausalOrder.sorted(List.of(one, two, sound))).containsExactly(sound, one, two);
    }

    @Test
    void isCausalForAnyHistory() {
        Random random = new Random(Long.getLong("seed", 5));
        for (int round = 0; round < 200; round++) {
            List<Change> history = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                Change[] dependencies =
                        history.stream().filter(any -> random.nextInt(10) == 0).toArray(Change[]::new);
                // Stamps at random: nothing but the dependencies tells the order.
                history.add(change(1 + random.nextInt(3), 1_000L * i + random.nextInt(100_000), dependencies));
            }
            Set<OperationId> ids = new HashSet<>();
            history.removeIf(change -> !ids.add(change.id()));
            Collections.shuffle(history, random);
            List<Change> sorted = CausalOrder.sorted(history);
            assertThat(sorted).hasSameSizeAs(history);
            assertCausal(sorted, ids);
        }
    }
}
