package dev.weft.server.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlacementPropertyTest {
    private static final int DOCUMENTS = 3_000;

    private final long seed = Long.getLong("seed", 7L);
    private final Random random = new Random(seed);

    @Test
    void localStaysWhereTheFirstClientArrived() {
        Placement local = new LocalPlacement();
        for (int i = 0; i < DOCUMENTS; i++) {
            List<String> nodes = nodes(1 + random.nextInt(8));
            String here = nodes.get(random.nextInt(nodes.size()));
            assertThat(local.place(key(i), here, nodes, Map.of())).isEqualTo(here);
        }
    }

    @Test
    void aNodeThatTakesNoDocumentsPassesThemOnAndSpreadsThem() {
        Map<String, Integer> loads = new HashMap<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            loads.merge(new LocalPlacement().place(key(i), "draining", nodes(3), Map.of()), 1, Integer::sum);
        }
        assertThat(loads).containsOnlyKeys("n0", "n1", "n2");
        assertThat(Collections.min(loads.values())).isGreaterThan(DOCUMENTS / 4);
    }

    @Test
    void withoutCandidatesTheDocumentStaysHere() {
        assertThat(new LocalPlacement().place(key(1), "here", List.of(), Map.of()))
                .isEqualTo("here");
        assertThat(new BalancedPlacement().place(key(1), "here", List.of(), Map.of()))
                .isEqualTo("here");
    }

    @Test
    void everyNodeComesToTheSameAnswer() {
        for (int i = 0; i < DOCUMENTS; i++) {
            List<String> nodes = nodes(1 + random.nextInt(8));
            Map<String, Integer> loads = loads(nodes);
            String chosen = new BalancedPlacement().place(key(i), "x", nodes, loads);
            Collections.shuffle(nodes, random);
            assertThat(new BalancedPlacement().place(key(i), "y", nodes, loads))
                    .isEqualTo(chosen)
                    .isIn(nodes);
        }
    }

    @Test
    void noNodeGetsMoreThanItsShareTimesTheFactor() {
        for (int round = 0; round < 20; round++) {
            List<String> nodes = nodes(2 + random.nextInt(7));
            Map<String, Integer> loads = new HashMap<>();
            for (int i = 0; i < 500; i++) {
                loads.merge(new BalancedPlacement().place(key(random.nextInt()), "x", nodes, loads), 1, Integer::sum);
                double bound = Math.ceil(BalancedPlacement.DEFAULT_LOAD_FACTOR * (i + 1) / nodes.size());
                assertThat(Collections.max(loads.values())).as("seed %d", seed).isLessThanOrEqualTo((int) bound);
            }
        }
    }

    @Test
    void anOverloadedNodeGetsNothingMore() {
        List<String> nodes = nodes(3);
        for (int i = 0; i < DOCUMENTS; i++) {
            assertThat(new BalancedPlacement().place(key(i), "x", nodes, Map.of("n0", 1_000)))
                    .isNotEqualTo("n0");
        }
    }

    @Test
    void aNodeThatLeavesMovesOnlyItsOwnDocuments() {
        List<String> four = nodes(4);
        List<String> three = nodes(3);
        for (int i = 0; i < DOCUMENTS; i++) {
            String before = BalancedPlacement.ranked(key(i), four).get(0);
            String after = BalancedPlacement.ranked(key(i), three).get(0);
            if (!before.equals("n3")) {
                assertThat(after).isEqualTo(before);
            }
        }
    }

    @Test
    void refusesAFactorThatCannotBeMet() {
        assertThatIllegalArgumentException().isThrownBy(() -> new BalancedPlacement(1.0));
        assertThatIllegalArgumentException().isThrownBy(() -> new BalancedPlacement(Double.NaN));
    }

    private Map<String, Integer> loads(List<String> nodes) {
        Map<String, Integer> loads = new HashMap<>();
        nodes.forEach(node -> loads.put(node, random.nextInt(50)));
        return loads;
    }

    private static List<String> nodes(int count) {
        List<String> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add("n" + i);
        }
        return nodes;
    }

    private static DocumentKey key(int i) {
        return DocumentKey.aware("document-" + i);
    }
}
