package dev.weft.crdt.document;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import java.util.List;

/**
 * What became of each change of an import. Every change of the batch is in exactly one list.
 *
 * @param applied stored now, dependencies before dependents
 * @param duplicates stored before, covered by the snapshot, or twice in the batch
 * @param notReady lacking a dependency; the document does not keep them, see
 *     {@link dev.weft.crdt.change.PendingChanges}
 * @param refused not acceptable, now or later
 */
public record ImportResult(
        List<Change> applied, List<Change> duplicates, List<NotReady> notReady, List<Refusal> refused) {

    public ImportResult {
        applied = List.copyOf(applied);
        duplicates = List.copyOf(duplicates);
        notReady = List.copyOf(notReady);
        refused = List.copyOf(refused);
    }

    /** A change and the first dependency it lacks. */
    public record NotReady(Change change, OperationId missing) {}
}
