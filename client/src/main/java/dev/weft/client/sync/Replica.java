package dev.weft.client.sync;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.List;

/** The client's copy of the document, as a session sees it. Used on the owner thread of the document only. */
public interface Replica {
    /**
     * What became of a batch.
     *
     * @param applied what is part of the document now and was not before, what was released from waiting included
     * @param waiting changes kept aside now because a dependency is missing
     * @param refused changes of the batch that could not be applied for another reason
     * @param dropped changes not kept because too many are waiting already
     */
    record ImportOutcome(List<Change> applied, int waiting, int refused, int dropped) {
        public ImportOutcome {
            applied = List.copyOf(applied);
        }
    }

    /** What became of a snapshot. */
    enum Adoption {
        /** The replica already holds all of it; nothing was changed. */
        COVERED,
        ADOPTED,
        /** Neither is it newer than the replica's own snapshot nor covered; nothing was changed. */
        REFUSED
    }

    PeerId peer();

    VersionVector versionVector();

    boolean isEmpty();

    /** Applies what is causally ready and keeps the rest aside until its dependencies arrive. Never reports an echo. */
    ImportOutcome importChanges(List<Change> changes);

    /** How many changes are kept aside. */
    int waiting();

    /** Takes a snapshot in. What waited for something in it waits on, until {@link #importWaiting}. */
    Adoption adopt(Snapshot snapshot);

    /** Applies what is kept aside and has become causally ready through a snapshot. */
    ImportOutcome importWaiting();

    /** The snapshot and history of this replica as one snapshot; the history is kept. */
    Snapshot takeSnapshot();

    /** The stored changes the vector does not cover, in any order. */
    List<Change> changesNewerThan(VersionVector versionVector);

    /** Whether the change is stored or covered by a snapshot. */
    boolean contains(OperationId id);
}
