package dev.weft.crdt.document;

import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerSlot;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.id.OperationId;

/**
 * A handler of a live document, and the state kept for it between reads.
 *
 * <p>Invariant: the kept state, if any, equals a replay of the handler's stored operations followed by the pending ones
 * of the open transaction. Whatever might break it drops the state instead.
 */
final class AttachedHandler<S, O extends Operation> implements HandlerSlot<S, O> {
    private final Document document;
    private final Handler<S, O> handler;
    private final DataType<S, O> type;
    private final HandlerName name;
    private S state;
    /* The newest stored operation the state includes, in replay order; null if there is none. */
    private OperationId newest;
    /* Whether the kept state left out operations it could not read. */
    private boolean skipped;
    private ChangeStore indexedStore;
    private int storeIndex;
    private long revision;

    AttachedHandler(Document document, Handler<S, O> handler, DataType<S, O> type) {
        this.document = document;
        this.handler = handler;
        this.type = type;
        this.name = new HandlerName(handler.type(), handler.id());
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
        if (state == null) {
            Replay<S, O> replayed = document.replay(name, type);
            newest = replayed.newest();
            skipped = replayed.skipped() > 0;
            state = replayed.state();
            document.transaction().forEachPending(this, operation -> type.apply(state, operation));
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
    }

    /** Whether {@link #state} contains every stored operation of this handler. */
    boolean isComplete() {
        state();
        return !skipped;
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

    /** Folds a local operation, committed or pending. Its id is newer than all that is stored. */
    void fold(O operation) {
        if (state == null) {
            return;
        }
        S folded = state;
        state = null;
        type.apply(folded, operation);
        // Only kept once the fold came to its end: an unexpected exception leaves no half-edited state behind.
        state = folded;
    }

    void committed(OperationId id) {
        newest = id;
    }

    /** Folds stored remote operations, given in replay order. */
    void receive(ChangeStore store, int[] ordinals, boolean hasPending) {
        for (int i = 0; i < ordinals.length && state != null; i++) {
            OperationId id = store.idAt(ordinals[i]);
            O operation = Replay.decode(store, ordinals[i], type);
            boolean inOrder = !hasPending && (newest == null || newest.compareTo(id) < 0);
            if (operation == null) {
                skipped = true;
            } else {
                foldRemote(store, operation, inOrder);
            }
            if (newest == null || newest.compareTo(id) < 0) {
                newest = id;
            }
        }
    }

    private void foldRemote(ChangeStore store, O operation, boolean inOrder) {
        S folded = state;
        state = null;
        if (inOrder) {
            type.apply(folded, operation);
        } else if (!store.clocksFollowCauses() || !type.applyOutOfOrder(folded, operation)) {
            return;
        }
        state = folded;
    }
}
