package dev.weft.client.sync;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.PendingChanges;
import dev.weft.crdt.clock.ClockDriftException;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.ImportResult;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.List;

/** A {@link Document} as a session sees it, plus the changes it could not take yet. */
public final class DocumentReplica implements Replica {
    private static final long WAITING_BYTES_MAX = 64L << 20;

    private final Document document;
    private final PendingChanges waiting;

    public DocumentReplica(Document document, Bounds bounds) {
        this.document = document;
        this.waiting = new PendingChanges(bounds.waitingChangesMax(), WAITING_BYTES_MAX);
    }

    @Override
    public PeerId peer() {
        return document.peerId();
    }

    @Override
    public VersionVector versionVector() {
        return document.versionVector();
    }

    @Override
    public boolean isEmpty() {
        return document.isEmpty();
    }

    @Override
    public ImportOutcome importChanges(List<Change> changes) {
        List<Change> applied = new ArrayList<>();
        int refused = 0;
        int dropped = 0;
        List<Change> next = changes;
        while (!next.isEmpty()) {
            ImportResult result = document.importAll(next);
            applied.addAll(result.applied());
            refused += result.refused().size();
            for (ImportResult.NotReady notReady : result.notReady()) {
                dropped += waiting.hold(notReady.change(), notReady.missing()) ? 0 : 1;
            }
            next = waiting.release(result.applied());
        }
        return new ImportOutcome(applied, waiting.size(), refused, dropped);
    }

    @Override
    public int waiting() {
        return waiting.size();
    }

    @Override
    public Adoption adopt(Snapshot snapshot) {
        if (document.versionVector().dominates(snapshot.versionVector())) {
            // We hold more than the snapshot can tell: it has forgotten tombstones and tags (spec crdt W15, W16).
            return Adoption.COVERED;
        }
        try {
            // The history is kept. It is what unsent edits depend on, and what another server may lack one day.
            if (!document.importSnapshot(snapshot, false)) {
                return Adoption.REFUSED;
            }
        } catch (ClockDriftException e) {
            return Adoption.REFUSED;
        }
        return Adoption.ADOPTED;
    }

    @Override
    public ImportOutcome importWaiting() {
        return importChanges(waiting.release(this::contains));
    }

    @Override
    public Snapshot takeSnapshot() {
        return document.snapshotForOthers();
    }

    @Override
    public List<Change> changesNewerThan(VersionVector versionVector) {
        return document.exportChangesNewerThan(versionVector);
    }

    @Override
    public boolean contains(OperationId id) {
        return document.history().contains(id)
                || document.lastSnapshot() != null
                        && document.lastSnapshot().versionVector().covers(id);
    }
}
