package dev.weft.crdt.document;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sorts a batch so that dependencies come before their dependents: Kahn's algorithm with a first-in-first-out queue,
 * the reference's order (spec crdt 12.6). Where the reference refuses a whole batch because of one cycle, only the
 * cycle is left out (W23).
 *
 * @param sorted changes in causal order, as far as the batch decides it
 * @param cyclic changes that depend on themselves, or lie between changes that do
 */
record CausalOrder(List<Change> sorted, List<Change> cyclic) {

    /** @param batch no two of one id */
    static CausalOrder of(List<Change> batch) {
        return isChain(batch) ? new CausalOrder(batch, List.of()) : new Sorter(batch).sort();
    }

    // The common batch is a run of one author. It is sorted as it is, and needs no index to see that.
    private static boolean isChain(List<Change> batch) {
        for (int i = 1; i < batch.size(); i++) {
            List<OperationId> dependencies = batch.get(i).dependencies();
            if (dependencies.size() != 1
                    || !dependencies.get(0).equals(batch.get(i - 1).id())) {
                return false;
            }
        }
        return batch.isEmpty()
                || !batch.get(0).dependencies().contains(batch.get(0).id()) && isOpen(batch);
    }

    /** Whether the first change does not close the chain to a ring. */
    private static boolean isOpen(List<Change> chain) {
        List<OperationId> first = chain.get(0).dependencies();
        return first.isEmpty() || chain.stream().noneMatch(change -> first.contains(change.id()));
    }

    private static final class Sorter {
        private final List<Change> batch;
        private final List<List<Integer>> dependents = new ArrayList<>();
        private final List<List<Integer>> dependencies = new ArrayList<>();
        private final boolean[] placed;

        Sorter(List<Change> batch) {
            this.batch = batch;
            this.placed = new boolean[batch.size()];
            Map<OperationId, Integer> places = new HashMap<>(batch.size() * 2);
            for (int i = 0; i < batch.size(); i++) {
                places.put(batch.get(i).id(), i);
                dependents.add(new ArrayList<>(1));
                dependencies.add(new ArrayList<>(1));
            }
            for (int i = 0; i < batch.size(); i++) {
                for (OperationId dependency : batch.get(i).dependencies()) {
                    Integer place = places.get(dependency);
                    if (place != null) {
                        dependents.get(place).add(i);
                        dependencies.get(i).add(place);
                    }
                }
            }
        }

        CausalOrder sort() {
            List<Change> sorted = new ArrayList<>(batch.size());
            for (int index : peel(dependencies, dependents)) {
                sorted.add(batch.get(index));
            }
            if (sorted.size() == batch.size()) {
                return new CausalOrder(sorted, List.of());
            }
            // What is left lies on a cycle or behind one. Peeling from the other end leaves the cycles; what is behind
            // them is not to blame, it only lacks a dependency.
            List<Change> behind = new ArrayList<>();
            for (int index : peel(dependents, dependencies)) {
                behind.add(batch.get(index));
            }
            sorted.addAll(behind);
            List<Change> cyclic = new ArrayList<>();
            for (int i = 0; i < placed.length; i++) {
                if (!placed[i]) {
                    cyclic.add(batch.get(i));
                }
            }
            return new CausalOrder(sorted, cyclic);
        }

        /** Takes out, again and again, what has no unplaced change in {@code before}. */
        private List<Integer> peel(List<List<Integer>> before, List<List<Integer>> after) {
            int[] open = new int[placed.length];
            List<Integer> queue = new ArrayList<>();
            for (int i = 0; i < placed.length; i++) {
                if (!placed[i]) {
                    open[i] = (int) before.get(i).stream()
                            .filter(place -> !placed[place])
                            .count();
                    if (open[i] == 0) {
                        queue.add(i);
                    }
                }
            }
            for (int next = 0; next < queue.size(); next++) {
                for (int index : after.get(queue.get(next))) {
                    if (!placed[index] && --open[index] == 0) {
                        queue.add(index);
                    }
                }
            }
            queue.forEach(index -> placed[index] = true);
            return queue;
        }
    }
}
