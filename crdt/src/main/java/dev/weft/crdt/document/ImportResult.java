package dev.weft.crdt.document;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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

    /** Both results together. A change that was not ready in this one and is in another list of the next moves there. */
    ImportResult and(ImportResult next) {
        Set<OperationId> settled = new HashSet<>();
        next.applied.forEach(change -> settled.add(change.id()));
        next.duplicates.forEach(change -> settled.add(change.id()));
        next.notReady.forEach(waiting -> settled.add(waiting.change().id()));
        next.refused.forEach(refusal -> settled.add(refusal.id()));
        List<NotReady> stillWaiting = new ArrayList<>(notReady);
        stillWaiting.removeIf(waiting -> settled.contains(waiting.change().id()));
        return new ImportResult(
                joined(applied, next.applied),
                joined(duplicates, next.duplicates),
                joined(stillWaiting, next.notReady),
                joined(refused, next.refused));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    /** A change and the first dependency it lacks. */
    public record NotReady(Change change, OperationId missing) {}
}
