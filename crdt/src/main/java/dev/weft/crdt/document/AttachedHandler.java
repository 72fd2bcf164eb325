package dev.weft.crdt.document;

import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerSlot;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A handler of a live document, and the state kept for it between reads.
 *
 * <p>Invariant: the kept state, if any, equals a replay of the handler's stored operations followed by the pending ones
 * of the open transaction, but for those still waiting to be folded. Whatever might break it drops the state instead.
 */
final class AttachedHandler<S, O extends Operation> implements HandlerSlot<S, O> {
    /* Whoever was offline comes back with many changes, one message each: folding them together costs one way back. */
    private static final int WAITING_MAX = 4096;

    private final Document document;
    private final Handler<S, O> handler;
    private final DataType<S, O> type;
    private final HandlerName name;
    private final FoldedTail<S, O> tail;
    private S state;
    /* The newest stored operation the state includes, in replay order; null if there is none. */
    private OperationId newest;
    /* Stored operations of others that the kept state does not include yet; empty if there is no state. */
    private List<FoldedTail.Placed<O>> waiting = new ArrayList<>();
    /* Whether the kept state left out operations it could not read. */
    private boolean skipped;
    /* Whether the kept state began empty because the snapshot's blob is not of this type. */
    private boolean seedIsMalformed;
    /* Whether the operations now being committed are part of the state since they were pending. */
    private boolean alreadyFolded;
    private ChangeStore indexedStore;
    private int storeIndex;
    private long revision;

    AttachedHandler(Document document, Handler<S, O> handler, DataType<S, O> type) {
        this.document = document;
        this.handler = handler;
        this.type = type;
        this.name = new HandlerName(handler.type(), handler.id());
        this.tail = new FoldedTail<>(type);
    }

    Handler<S, O> handler() {
        return handler;
    }

    HandlerName name() {
        return name;
    }

    DataType<S, O> type() {
        return type;
    }

    @Override
    public S state() {
        foldWaiting();
        if (state == null) {
            Replay<S, O> replayed = document.replay(name, type, tail);
            newest = replayed.newest();
            skipped = replayed.skipped() > 0;
            seedIsMalformed = replayed.seedIsMalformed();
            state = replayed.state();
            document.transaction().forEachPending(this, this::foldPending);
        }
        return state;
    }

    @Override
    public void submit(O operation) {
        document.submit(this, operation);
    }

    @Override
    public HybridTimestamp prepareMutation() {
        return document.prepareMutation();
    }

    @Override
    public long revision() {
        return revision;
    }

    @Override
    public void invalidate() {
        state = null;
        waiting.clear();
        alreadyFolded = false;
    }

    /** Whether {@link #state} contains every stored operation of this handler. */
    boolean isComplete() {
        state();
        return !skipped;
    }

    /** Whether the snapshot has a blob for this handler that is not of its type. */
    boolean seedIsMalformed() {
        state();
        return seedIsMalformed;
    }

    void bumpRevision() {
        revision++;
    }

    /** The handler's number in the store. Kept, because looking it up hashes two strings. */
    int storeIndex(ChangeStore store) {
        if (indexedStore != store) {
            storeIndex = store.handlerIndex(name);
            indexedStore = store;
        }
        return storeIndex;
    }

    /** Folds a local operation that waits for its transaction to end. */
    void foldPending(O operation) {
        fold(null, operation);
    }

    /** The pending operations of this handler are about to be committed, perhaps merged into fewer. */
    void beforeCommit() {
        if (state == null) {
            return;
        }
        if (tail.isIrreversible()) {
            // Types that cannot take operations back do not merge any either: what is folded is what is committed.
            alreadyFolded = tail.hasPending();
            tail.settlePending();
            return;
        }
        S folded = state;
        state = null;
        if (tail.takeBackPending()) {
            state = folded;
        }
    }

    void afterCommit() {
        alreadyFolded = false;
    }

    /** Folds a local operation that was just stored. It is newer than all others. */
    void committed(OperationId id, Operation operation) {
        newest = id;
        if (!alreadyFolded) {
            @SuppressWarnings("unchecked")
            O own = (O) operation;
            fold(id, own);
        }
    }

    private void fold(OperationId id, O operation) {
        foldWaiting();
        if (state == null) {
            return;
        }
        S folded = state;
        state = null;
        tail.fold(folded, id, operation);
        // Only kept once the fold came to its end: an unexpected exception leaves no half-edited state behind.
        state = folded;
    }

    /** Takes note of operations of others that were just stored. They are folded when somebody looks. */
    void receive(ChangeStore store, int[] ordinals) {
        if (state == null) {
            return;
        }
        if (waiting.size() + ordinals.length > WAITING_MAX) {
            invalidate();
            return;
        }
        for (int ordinal : ordinals) {
            O operation = Replay.decode(store, ordinal, type);
            if (operation == null) {
                skipped = true;
            } else {
                waiting.add(new FoldedTail.Placed<>(store.idAt(ordinal), operation));
            }
        }
    }

    private void foldWaiting() {
        if (waiting.isEmpty()) {
            return;
        }
        List<FoldedTail.Placed<O>> operations = waiting;
        waiting = new ArrayList<>();
        operations.sort(Comparator.comparing(FoldedTail.Placed::id));
        S folded = state;
        state = null;
        if (foldRemote(document.history(), folded, operations)) {
            state = folded;
        }
        OperationId last = operations.get(operations.size() - 1).id();
        newest = newest == null || newest.compareTo(last) < 0 ? last : newest;
    }

    /** @return false if the state must be computed anew */
    private boolean foldRemote(ChangeStore store, S folded, List<FoldedTail.Placed<O>> operations) {
        OperationId first = operations.get(0).id();
        boolean inOrder = !tail.hasPending() && (newest == null || newest.compareTo(first) < 0);
        if (inOrder) {
            operations.forEach(operation -> tail.fold(folded, operation.id(), operation.operation()));
            return true;
        }
        if (tail.reaches(first)) {
            tail.foldLate(folded, operations);
            return true;
        }
        tail.grow();
        for (FoldedTail.Placed<O> operation : operations) {
            if (!store.clocksFollowCauses() || !type.applyOutOfOrder(folded, operation.operation())) {
                return false;
            }
        }
        return true;
    }
}
