package dev.weft.crdt.document;

import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest operations folded into a state, and how to take each back. An operation that belongs below some of them is
 * folded by taking those back, folding it, and folding them again: the price of a late change is how late it is, not
 * how long the history.
 *
 * <p>Every method that folds leaves the state unusable if it throws.
 */
final class FoldedTail<S, O extends Operation> {
    /*
     * The bound starts small, because most handlers never meet a late change, and doubles each time one misses the
     * tail, because who was offline once sends more than one.
     */
    static final int OPERATIONS_MIN = 256;
    static final int OPERATIONS_MAX = 1 << 16;

    private final DataType<S, O> type;
    private final ArrayDeque<Folded<O>> tail = new ArrayDeque<>();
    private int bound = OPERATIONS_MIN;
    /* How many of the newest operations are pending. */
    private int pending;
    /* The newest operation below the tail; null while the tail reaches down to the seed. */
    private OperationId below;
    /* Whether this type cannot take operations back; the tail is empty then. */
    private boolean irreversible;
    /* Whether pending operations slipped out of the tail: nothing can be reached below them. */
    private boolean lostPending;

    FoldedTail(DataType<S, O> type) {
        this.type = type;
    }

    /**
     * @param id null while the operation is pending: then it has no place in replay order but the end
     */
    record Folded<O>(OperationId id, O operation, Runnable undo) {}

    /** An operation and its place. */
    record Placed<O>(OperationId id, O operation) {}

    /** Begins anew, on a state that was just decoded from a seed. */
    void reset() {
        tail.clear();
        pending = 0;
        below = null;
        lostPending = false;
    }

    /** Folds the operation that is newest in replay order. Pending ones take part once they have an id. */
    void fold(S state, OperationId id, O operation) {
        Runnable undo = type.applyReversibly(state, operation);
        pending += id == null ? 1 : 0;
        irreversible = undo == null;
        if (irreversible) {
            tail.clear();
            return;
        }
        tail.add(new Folded<>(id, operation, undo));
        if (tail.size() > bound) {
            forgetOldest();
        }
    }

    private void forgetOldest() {
        OperationId forgotten = tail.remove().id();
        if (forgotten == null) {
            lostPending = true;
        } else {
            below = forgotten;
        }
    }

    /** Whether an operation of this id can be folded with {@link #foldLate}. */
    boolean reaches(OperationId id) {
        return !irreversible && !lostPending && (below == null || below.compareTo(id) < 0);
    }

    /** An operation could not be reached; next time more will be. */
    void grow() {
        bound = Math.min(OPERATIONS_MAX, bound * 2);
    }

    /** Folds operations where they belong. @param late in replay order, the first within reach */
    void foldLate(S state, List<Placed<O>> late) {
        List<Folded<O>> newer = takeBack(late.get(0).id());
        pending = 0;
        int next = newer.size() - 1;
        for (Placed<O> operation : late) {
            while (next >= 0 && isBefore(newer.get(next).id(), operation.id())) {
                refold(state, newer.get(next--));
            }
            fold(state, operation.id(), operation.operation());
        }
        while (next >= 0) {
            refold(state, newer.get(next--));
        }
    }

    private void refold(S state, Folded<O> folded) {
        fold(state, folded.id(), folded.operation());
    }

    boolean hasPending() {
        return pending > 0;
    }

    boolean isIrreversible() {
        return irreversible;
    }

    /** The pending operations have got their ids and stay as they are. */
    void settlePending() {
        pending = 0;
    }

    /**
     * Takes back the pending operations, which are about to be folded again with their ids, or as fewer that do the
     * same.
     *
     * @return false if they cannot all be taken back; the state is lost then
     */
    boolean takeBackPending() {
        if (irreversible || lostPending) {
            return false;
        }
        for (; pending > 0; pending--) {
            tail.removeLast().undo().run();
        }
        return true;
    }

    /** @return newest first */
    private List<Folded<O>> takeBack(OperationId id) {
        List<Folded<O>> taken = new ArrayList<>();
        while (!tail.isEmpty() && !isBefore(tail.getLast().id(), id)) {
            Folded<O> newest = tail.removeLast();
            newest.undo().run();
            taken.add(newest);
        }
        return taken;
    }

    private static boolean isBefore(OperationId folded, OperationId id) {
        return folded != null && folded.compareTo(id) < 0;
    }
}
