package dev.weft.crdt.document;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ObjIntConsumer;

/** Takes a batch of changes into a store and says what became of each. */
final class Importer {
    private final ChangeStore store;
    private final VersionVector covered;
    private final long wallMillis;
    private final long driftMillisMax;
    private final List<Change> applied = new ArrayList<>();
    private final List<Change> duplicates = new ArrayList<>();
    private final List<ImportResult.NotReady> notReady = new ArrayList<>();
    private final List<Refusal> refused = new ArrayList<>();

    /** @param covered what a snapshot already contains: such changes are duplicates, and satisfy dependencies */
    Importer(ChangeStore store, VersionVector covered, long wallMillis, long driftMillisMax) {
        this.store = store;
        this.covered = covered;
        this.wallMillis = wallMillis;
        this.driftMillisMax = driftMillisMax;
    }

    /** @param onApplied called with each change right after it was stored, and its ordinal */
    ImportResult run(Collection<Change> batch, ObjIntConsumer<Change> onApplied) {
        CausalOrder order = CausalOrder.of(acceptable(batch));
        for (Change change : order.sorted()) {
            OperationId missing = store.firstMissingDependency(change, covered);
            if (missing == null) {
                int ordinal = store.add(change);
                applied.add(change);
                onApplied.accept(change, ordinal);
            } else {
                notReady.add(new ImportResult.NotReady(change, missing));
            }
        }
        for (Change change : order.cyclic()) {
            refused.add(new Refusal(
                    change.id(),
                    Refusal.Reason.DEPENDENCY_CYCLE,
                    "Changes of the batch depend on each other in a ring"));
        }
        return new ImportResult(applied, duplicates, notReady, refused);
    }

    // By id, not by version vector: a change older than its author's newest one may well be new here (spec crdt W8).
    private List<Change> acceptable(Collection<Change> batch) {
        List<Change> fresh = new ArrayList<>(batch.size());
        Set<OperationId> seen = batch.size() > 1 ? new HashSet<>(batch.size() * 2) : Set.of();
        for (Change change : batch) {
            if (covered.covers(change.id())
                    || store.contains(change.id())
                    || batch.size() > 1 && !seen.add(change.id())) {
                duplicates.add(change);
                continue;
            }
            Refusal refusal = ChangeValidation.check(change, wallMillis, driftMillisMax);
            if (refusal == null) {
                fresh.add(change);
            } else {
                refused.add(refusal);
            }
        }
        return fresh;
    }
}
