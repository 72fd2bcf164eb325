package dev.weft.crdt.handler.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.handler.fugue.FugueOperation;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.sequence.ElementId;
import dev.weft.crdt.sequence.ElementRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Folding an operation late gives what a replay gives, or says that it may not. Operations name what older ones created,
 * or what nobody did; they arrive in any order, before what they name as well.
 */
class FugueTextLatePropertyTest {
    private static final PeerId[] PEERS = {new PeerId(3, 1), new PeerId(1, 1), new PeerId(2, 1)};
    private static final int SEEDS = Integer.getInteger("weft.seeds", 1500);

    @Test
    void lateOperationsEndWhereAReplayEnds() {
        Long only = Long.getLong("seed");
        int folded = 0;
        for (long seed = only == null ? 0 : only; seed < (only == null ? SEEDS : only + 1); seed++) {
            folded += run(seed);
        }
        // Otherwise the property would hold by never folding anything.
        assertThat(folded).isGreaterThan(only == null ? SEEDS : -1);
    }

    private static int run(long seed) {
        Random random = new Random(seed);
        List<FugueOperation<FugueTextValues>> operations = new ArrayList<>();
        List<ElementId> known = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            operations.add(operation(random, known));
        }
        TreeSet<Integer> applied = new TreeSet<>();
        List<Integer> late = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            (random.nextInt(4) == 0 ? late : applied).add(i);
        }
        FugueTextState state = replay(operations, applied);
        int folded = 0;
        for (int next : late) {
            applied.add(next);
            FugueTextState expected = replay(operations, applied);
            if (FugueTextType.INSTANCE.applyOutOfOrder(state, operations.get(next))) {
                assertThat(state.text()).as("seed %d", seed).isEqualTo(expected.text());
                folded++;
            } else {
                state = expected;
            }
        }
        return folded;
    }

    private static FugueTextState replay(List<FugueOperation<FugueTextValues>> operations, TreeSet<Integer> applied) {
        FugueTextState state = FugueTextType.INSTANCE.emptyState();
        applied.forEach(index -> FugueTextType.INSTANCE.apply(state, operations.get(index)));
        return state;
    }

    private static FugueOperation<FugueTextValues> operation(Random random, List<ElementId> known) {
        int kind = random.nextInt(8);
        if (kind < 5) {
            ElementId left = maybeNull(random, known);
            ElementId right = maybeNull(random, known);
            ElementId first = fresh(random, known);
            int count = 1 + random.nextInt(3);
            for (int i = 0; i < count; i++) {
                known.add(new ElementId(first.peer(), first.counter() + i));
            }
            String units =
                    "abcdefghijklmnopqrstuvwxyz".substring(random.nextInt(20)).substring(0, count);
            return new FugueOperation.Insert<>(
                    left,
                    right,
                    List.of(new ElementRange(first.peer(), first.counter(), count)),
                    FugueTextValues.of(units));
        }
        ElementId target = element(random, known);
        if (kind < 7) {
            return new FugueOperation.Delete<>(List.of(new ElementRange(target.peer(), target.counter(), 1)));
        }
        ElementId newId = fresh(random, known);
        known.add(newId);
        return new FugueOperation.Update<>(
                List.of(new FugueOperation.Replacement(target, newId)), FugueTextValues.of("U"));
    }

    private static ElementId maybeNull(Random random, List<ElementId> known) {
        return random.nextInt(4) == 0 ? ElementId.NULL : element(random, known);
    }

    private static ElementId element(Random random, List<ElementId> known) {
        return known.isEmpty() || random.nextInt(10) == 0
                ? new ElementId(PEERS[random.nextInt(3)], 1000 + random.nextInt(3))
                : known.get(random.nextInt(known.size()));
    }

    private static ElementId fresh(Random random, List<ElementId> known) {
        return new ElementId(PEERS[random.nextInt(3)], known.size());
    }
}
