package dev.weft.crdt.version;

import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The changes no other change depends on, in the order in which they became so (spec crdt 6). A local change depends on
 * all of them. Not thread-safe; equality ignores the order.
 */
public final class Frontiers {
    private final LinkedHashSet<OperationId> heads = new LinkedHashSet<>();

    public Frontiers() {}

    public Frontiers(Collection<OperationId> heads) {
        this.heads.addAll(heads);
    }

    /** Records a change: it replaces the heads it depends on. */
    public void update(OperationId id, Collection<OperationId> dependencies) {
        heads.removeAll(dependencies);
        heads.add(id);
    }

    /** Per peer keeps only the newest head of both. */
    public void merge(Frontiers other) {
        Map<PeerId, OperationId> newest = new LinkedHashMap<>();
        for (Set<OperationId> side : List.of(heads, other.heads)) {
            for (OperationId head : side) {
                newest.merge(head.peer(), head, (a, b) -> a.compareTo(b) >= 0 ? a : b);
            }
        }
        reset(newest.values());
    }

    public void reset(Collection<OperationId> newHeads) {
        List<OperationId> copy = List.copyOf(newHeads);
        heads.clear();
        heads.addAll(copy);
    }

    public List<OperationId> heads() {
        return List.copyOf(heads);
    }

    public Frontiers copy() {
        return new Frontiers(heads);
    }

    public int size() {
        return heads.size();
    }

    public boolean isEmpty() {
        return heads.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Frontiers frontiers && heads.equals(frontiers.heads);
    }

    @Override
    public int hashCode() {
        return heads.hashCode();
    }

    @Override
    public String toString() {
        return heads.toString();
    }
}
