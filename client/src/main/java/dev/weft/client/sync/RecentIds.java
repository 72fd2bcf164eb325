package dev.weft.client.sync;

import dev.weft.crdt.id.OperationId;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Changes that crossed the wire, in either direction, so lately that a version vector the server wrote before it saw or
 * sent them may still arrive. They must not be taken for missing. A ping and its pong bracket what is settled: the
 * server handles messages in order, so what was exchanged before the ping is in every vector after the pong.
 */
final class RecentIds {
    private final int idsMax;
    private Set<OperationId> current = new LinkedHashSet<>();
    private Set<OperationId> beforePing = new LinkedHashSet<>();

    RecentIds(int idsMax) {
        this.idsMax = idsMax;
    }

    void add(OperationId id) {
        // Forgetting one costs a change sent twice, which every server takes for a duplicate.
        if (current.size() + beforePing.size() < idsMax) {
            current.add(id);
        }
    }

    boolean contains(OperationId id) {
        return current.contains(id) || beforePing.contains(id);
    }

    void pinged() {
        beforePing.addAll(current);
        current = new LinkedHashSet<>();
    }

    void ponged() {
        beforePing = new LinkedHashSet<>();
    }

    void clear() {
        current.clear();
        beforePing.clear();
    }
}
