package dev.weft.client.sync;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Changes the room should get, in causal order; those at the front may be in flight. One push is in flight at a time:
 * acknowledgements name no push, only a count (spec protocol 6.4).
 */
final class PushQueue {
    private final FrameBudget budget;
    private final Bounds bounds;
    private List<Change> changes = new ArrayList<>();
    private int inFlight;
    private boolean overflowed;

    PushQueue(String documentId, Bounds bounds) {
        this.budget = new FrameBudget(documentId, bounds.frameBytesMax());
        this.bounds = bounds;
    }

    /** @return false if there is no room; the document still has the change */
    boolean add(Change change) {
        if (overflowed || changes.size() >= bounds.outboxChangesMax()) {
            overflowed = true;
            return false;
        }
        changes.add(change);
        return true;
    }

    /** Begins anew with these, in causal order; nothing is in flight. */
    void replace(Collection<Change> lacking) {
        changes = new ArrayList<>();
        inFlight = 0;
        overflowed = false;
        lacking.forEach(this::add);
    }

    /** Forgets changes that reached the room by another way, unless they are in flight. @return whether there were any */
    boolean removeWaiting(Set<OperationId> ids) {
        return changes.subList(inFlight, changes.size()).removeIf(change -> ids.contains(change.id()));
    }

    /** Takes the next push: marks it as in flight and leaves it in the queue. */
    List<Change> nextPush() {
        budget.clear();
        int count = 0;
        while (count < changes.size()
                && count < bounds.pushChangesMax()
                && budget.admit(FrameBudget.bytesOf(changes.get(count)))) {
            count++;
        }
        inFlight = count;
        return List.copyOf(changes.subList(0, count));
    }

    boolean isLastPushTooLarge() {
        return budget.isExceeded();
    }

    /** The room has stored so many of the push in flight. @return those */
    List<Change> acknowledge(long count) {
        List<Change> stored = changes.subList(0, (int) Math.min(Math.max(count, 0), inFlight));
        List<Change> acknowledged = List.copyOf(stored);
        stored.clear();
        inFlight = 0;
        return acknowledged;
    }

    /** The connection is gone, and what was in flight may be too. */
    void interrupt() {
        inFlight = 0;
    }

    int inFlight() {
        return inFlight;
    }

    int size() {
        return changes.size();
    }

    /** Whether the document has more that the room lacks than is queued. */
    boolean isOverflowed() {
        return overflowed;
    }

    List<Change> changes() {
        return List.copyOf(changes);
    }

    /** Whether nothing waits, nothing is in flight, and nothing was left out. */
    boolean isEmpty() {
        return changes.isEmpty() && !overflowed;
    }

    /** Whether the queue is used up, but the document has more that the room lacks. */
    boolean needsRefill() {
        return overflowed && changes.isEmpty();
    }

    List<String> blobs() {
        return blobsOf(changes);
    }

    static List<String> blobsOf(Collection<Change> changes) {
        return changes.stream()
                .map(change -> Base64.getEncoder().encodeToString(change.encoded()))
                .toList();
    }
}
