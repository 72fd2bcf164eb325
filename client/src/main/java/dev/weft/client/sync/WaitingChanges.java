package dev.weft.client.sync;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Changes received before one they depend on, found again by what they wait for. */
final class WaitingChanges {
    private final int changesMax;
    private final Map<OperationId, Change> changes = new LinkedHashMap<>();
    private final Map<OperationId, List<OperationId>> waitingFor = new HashMap<>();

    WaitingChanges(int changesMax) {
        this.changesMax = changesMax;
    }

    int size() {
        return changes.size();
    }

    /** @return false if there is no room; the server still has the change */
    boolean keep(Change change, OperationId missing) {
        if (changes.size() >= changesMax && !changes.containsKey(change.id())) {
            return false;
        }
        changes.put(change.id(), change);
        waitingFor.computeIfAbsent(missing, any -> new ArrayList<>(1)).add(change.id());
        return true;
    }

    /** Takes out what waited for one of these. It may still wait for something else. */
    List<Change> takeDependentsOf(Collection<OperationId> arrived) {
        List<Change> released = new ArrayList<>();
        for (OperationId id : arrived) {
            List<OperationId> dependents = waitingFor.remove(id);
            if (dependents != null) {
                for (OperationId dependent : dependents) {
                    Change change = changes.remove(dependent);
                    if (change != null) {
                        released.add(change);
                    }
                }
            }
        }
        return released;
    }

    List<Change> takeAll() {
        List<Change> taken = List.copyOf(changes.values());
        changes.clear();
        waitingFor.clear();
        return taken;
    }
}
