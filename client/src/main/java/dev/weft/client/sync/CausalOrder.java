package dev.weft.client.sync;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sorts changes so that each comes after those it depends on, and drops repeats. Servers that apply what arrives in
 * order answer anything else with a storm of errors (spec protocol P8).
 */
final class CausalOrder {
    private CausalOrder() {}

    static List<Change> sorted(Collection<Change> changes) {
        Map<OperationId, Change> byId = new LinkedHashMap<>();
        changes.stream().sorted(Change.REPLAY_ORDER).forEach(change -> byId.putIfAbsent(change.id(), change));
        // A change is stamped after everything its author had seen, so the order of stamps is causal already, unless a
        // counter of 16 bits has wrapped on the way (spec crdt W1).
        return isCausal(byId) ? List.copyOf(byId.values()) : topological(byId);
    }

    private static boolean isCausal(Map<OperationId, Change> changes) {
        Map<OperationId, Integer> position = new HashMap<>();
        changes.keySet().forEach(id -> position.put(id, position.size()));
        for (Change change : changes.values()) {
            int own = position.get(change.id());
            for (OperationId dependency : change.dependencies()) {
                if (position.getOrDefault(dependency, -1) >= own) {
                    return false;
                }
            }
        }
        return true;
    }

    private static List<Change> topological(Map<OperationId, Change> changes) {
        Map<OperationId, List<Change>> dependents = new HashMap<>();
        Map<OperationId, Integer> missing = new HashMap<>();
        ArrayDeque<Change> ready = new ArrayDeque<>();
        for (Change change : changes.values()) {
            int count = 0;
            for (OperationId dependency : change.dependencies()) {
                if (changes.containsKey(dependency)) {
                    dependents
                            .computeIfAbsent(dependency, any -> new ArrayList<>())
                            .add(change);
                    count++;
                }
            }
            if (count == 0) {
                ready.add(change);
            }
            missing.put(change.id(), count);
        }
        Map<OperationId, Change> sorted = new LinkedHashMap<>();
        while (!ready.isEmpty()) {
            Change change = ready.poll();
            sorted.put(change.id(), change);
            for (Change dependent : dependents.getOrDefault(change.id(), List.of())) {
                if (missing.merge(dependent.id(), -1, Integer::sum) == 0) {
                    ready.add(dependent);
                }
            }
        }
        // What is left forms a cycle, which nobody can apply. It goes last, where it holds up nothing else.
        changes.forEach(sorted::putIfAbsent);
        return List.copyOf(sorted.values());
    }
}
