package dev.weft.crdt.document;

import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.version.VersionVector;
import java.util.Set;

/** What a document has been: the last snapshot, and the changes that are stored beside it. */
final class History {
    private ChangeStore store = new ChangeStore();
    private Snapshot snapshot;
    /* Asked for with every message, and changing less often. Null when it has to be computed anew. */
    private VersionVector versionVector;
    private int versionVectorSize;

    ChangeStore store() {
        return store;
    }

    /** Null if there never was one. */
    Snapshot snapshot() {
        return snapshot;
    }

    boolean isEmpty() {
        return store.isEmpty() && snapshot == null;
    }

    /** What the snapshot covers. */
    VersionVector covered() {
        return snapshot == null ? VersionVector.EMPTY : snapshot.versionVector();
    }

    VersionVector versionVector() {
        if (versionVector == null || versionVectorSize != store.size()) {
            versionVector = store.versionVector().merged(covered());
            versionVectorSize = store.size();
        }
        return versionVector;
    }

    boolean accepts(Snapshot candidate) {
        return candidate.versionVector().dominates(covered());
    }

    void replaceSnapshot(Snapshot next) {
        snapshot = next;
        versionVector = null;
    }

    /** Forgets stored changes that both the vector and the snapshot cover. */
    void prune(VersionVector vector) {
        if (snapshot == null || store.size() == store.countNewerThan(vector)) {
            return;
        }
        // A change of a handler the snapshot says nothing about stays: it may be all that is left of it (W9).
        Set<String> represented = snapshot.data().keySet();
        VersionVector covered = covered();
        store = store.pruned(ordinal -> vector.covers(store.idAt(ordinal))
                && covered.covers(store.idAt(ordinal))
                && represented.contains(store.handlerAt(ordinal).id()));
        versionVector = null;
    }
}
