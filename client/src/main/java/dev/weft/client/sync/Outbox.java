package dev.weft.client.sync;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Changes the server should get and was not sent yet, in causal order. Holds references only; the document holds the
 * changes. At its bound it stops taking changes and remembers that it must be refilled from the document.
 */
final class Outbox {
    private final ArrayDeque<Change> waiting = new ArrayDeque<>();
    private final FrameBudget budget;
    private final int changesMax;
    private boolean overflowed;

    Outbox(String documentId, Bounds bounds) {
        this.budget = new FrameBudget(documentId, bounds.frameBytesMax());
        this.changesMax = bounds.outboxChangesMax();
    }

    /** @param changes in causal order */
    void replace(Collection<Change> changes) {
        waiting.clear();
        overflowed = false;
        changes.forEach(this::add);
    }

    void add(Change change) {
        // Once one was left out, all later ones are: the refill must find a gap-free rest per author.
        if (overflowed || waiting.size() >= changesMax) {
            overflowed = true;
            return;
        }
        waiting.add(change);
    }

    /** Forgets changes that the server was found to have meanwhile. */
    void remove(Collection<Change> known) {
        if (!waiting.isEmpty()) {
            Set<OperationId> ids = new HashSet<>();
            known.forEach(change -> ids.add(change.id()));
            waiting.removeIf(change -> ids.contains(change.id()));
        }
    }

    /** Whether the queue is used up but the document holds more, see {@link #replace}. */
    boolean needsRefill() {
        return overflowed && waiting.isEmpty();
    }

    boolean isEmpty() {
        return waiting.isEmpty() && !overflowed;
    }

    int size() {
        return waiting.size();
    }

    void clear() {
        waiting.clear();
        overflowed = false;
    }

    /** Takes as many changes as fit into one message; at least one unless empty. */
    List<Change> nextBatch() {
        List<Change> batch = new ArrayList<>();
        budget.clear();
        while (!waiting.isEmpty() && budget.admit(FrameBudget.bytesOf(waiting.peek()))) {
            batch.add(waiting.poll());
        }
        return batch;
    }

    /** Whether the batch just taken, or the change given, is above the limit although it is a single one. */
    boolean isLastBatchTooLarge() {
        return budget.isExceeded();
    }

    boolean isTooLarge(Change change) {
        budget.clear();
        budget.admit(FrameBudget.bytesOf(change));
        return budget.isExceeded();
    }
}
