package dev.weft.crdt.document;

import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Finds how far a snapshot may reach: a version vector that covers no change of an excluded handler, nothing beyond a
 * limit, and with every change also all it depends on.
 */
final class SnapshotCut {
    private final ChangeStore store;
    private final VersionVector floor;
    private final Predicate<HandlerName> excluded;
    /* Per author the oldest change left out: everything newer of that author is left out as well. */
    private final Map<PeerId, Long> firstLeftOut = new HashMap<>();
    private final BitSet leftOut = new BitSet();

    /** @param floor what an earlier snapshot covers; that cannot be taken back */
    SnapshotCut(ChangeStore store, VersionVector floor, Predicate<HandlerName> excluded) {
        this.store = store;
        this.floor = floor;
        this.excluded = excluded;
    }

    VersionVector at(VersionVector limit) {
        for (int ordinal = 0; ordinal < store.size(); ordinal++) {
            OperationId id = store.idAt(ordinal);
            if (!floor.covers(id) && (!limit.covers(id) || excluded.test(store.handlerAt(ordinal)))) {
                leaveOut(ordinal, id);
            }
        }
        // What depends on a change left out, or is newer than one of the same author, follows. Arrival order puts
        // dependencies first, so a second round is only needed where an author's changes came out of order.
        while (spread()) {}
        VersionVector.Builder vector = floor.toBuilder();
        for (int ordinal = 0; ordinal < store.size(); ordinal++) {
            if (!leftOut.get(ordinal)) {
                vector.update(store.idAt(ordinal));
            }
        }
        return vector.build();
    }

    private boolean spread() {
        boolean grew = false;
        for (int ordinal = 0; ordinal < store.size(); ordinal++) {
            OperationId id = store.idAt(ordinal);
            if (!leftOut.get(ordinal) && !floor.covers(id) && mustFollow(ordinal, id)) {
                leaveOut(ordinal, id);
                grew = true;
            }
        }
        return grew;
    }

    private boolean mustFollow(int ordinal, OperationId id) {
        Long first = firstLeftOut.get(id.peer());
        if (first != null && HybridTimestamp.compare(id.clock(), first) > 0) {
            return true;
        }
        boolean[] follows = {false};
        store.forEachStoredDependency(ordinal, dependency -> follows[0] |= leftOut.get(dependency));
        return follows[0];
    }

    private void leaveOut(int ordinal, OperationId id) {
        leftOut.set(ordinal);
        firstLeftOut.merge(id.peer(), id.clock(), (a, b) -> HybridTimestamp.compare(a, b) <= 0 ? a : b);
    }
}
