package dev.weft.crdt.document;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerAlreadyRegisteredException;
import dev.weft.crdt.handler.HandlerFactory;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.HandlerSlot;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.Frontiers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntConsumer;

/**
 * A document as it was when the session was opened, at any point of its history (spec crdt 19). Handlers are created in
 * the session like in a document, show the value at the {@link #cursor} and cannot edit. Later edits of the document do
 * not show here.
 *
 * <p>The last snapshot is where history begins: moving over changes it covers changes nothing. Not thread-safe, and of
 * the same thread as the document.
 */
public final class HistorySession implements HandlerHost {
    private final PeerId peerId;
    private final String documentId;
    private final ChangeStore store;
    private final Snapshot snapshot;
    private final Map<String, HandlerFactory> factories;
    /* Ordinals in replay order, and the place of each ordinal in it. */
    private final int[] order;
    private final int[] places;
    private final Map<String, FrozenHandler<?, ?>> handlers = new LinkedHashMap<>();
    private final List<IntConsumer> listeners = new CopyOnWriteArrayList<>();
    private int cursor;
    private boolean disposed;

    // The store only ever grows and the document replaces it to prune, so sharing it is enough to freeze the history.
    HistorySession(Document document, Map<String, HandlerFactory> factories) {
        this.peerId = document.peerId();
        this.documentId = document.documentId();
        this.store = document.history();
        this.snapshot = document.lastSnapshot();
        this.factories = Map.copyOf(factories);
        this.order = store.allForReplay();
        this.places = new int[order.length];
        for (int place = 0; place < order.length; place++) {
            places[order[place]] = place;
        }
        this.cursor = order.length;
    }

    @Override
    public PeerId peerId() {
        return peerId;
    }

    public String documentId() {
        return documentId;
    }

    /** How many changes the history has. */
    public int length() {
        return order.length;
    }

    /** How many changes are visible, in replay order; at first, all. */
    public int cursor() {
        return cursor;
    }

    public boolean canNext() {
        return cursor < order.length;
    }

    public boolean canPrevious() {
        return cursor > 0;
    }

    /** Shows one change more, if there is one. */
    public void next() {
        jump(cursor + 1);
    }

    /** Shows one change less, if there is one. */
    public void previous() {
        jump(cursor - 1);
    }

    /**
     * Shows this many changes; out of range, nothing happens.
     *
     * @throws IllegalStateException if the session was disposed of
     */
    public void jump(int newCursor) {
        if (newCursor < 0 || newCursor > order.length || newCursor == cursor) {
            return;
        }
        if (disposed) {
            throw new IllegalStateException("The history session has been disposed");
        }
        cursor = newCursor;
        listeners.forEach(listener -> listener.accept(newCursor));
    }

    /** Called with every new cursor. */
    public Subscription onCursor(IntConsumer listener) {
        IntConsumer registration = listener::accept;
        listeners.add(registration);
        return () -> listeners.remove(registration);
    }

    /** The frontiers of the visible changes. O(cursor). */
    public Frontiers version() {
        Frontiers version = new Frontiers();
        for (int place = 0; place < cursor; place++) {
            Change change = store.get(order[place]);
            version.update(change.id(), change.dependencies());
        }
        return version;
    }

    /** The visible changes in replay order. */
    public List<Change> exportChanges() {
        List<Change> changes = new ArrayList<>(cursor);
        for (int place = 0; place < cursor; place++) {
            changes.add(store.get(order[place]));
        }
        return changes;
    }

    /** How many visible changes edit a handler of this id, of whatever type. */
    public int changeCountOf(String handlerId) {
        int count = 0;
        for (HandlerName name : store.handlers()) {
            if (name.id().equals(handlerId)) {
                for (int ordinal : store.ordinalsOf(name)) {
                    count += isVisible(ordinal) ? 1 : 0;
                }
            }
        }
        return count;
    }

    @Override
    public <S, O extends Operation> HandlerSlot<S, O> attach(Handler<S, O> handler, DataType<S, O> dataType) {
        if (disposed) {
            throw new DocumentDisposedException("registerHandler");
        }
        HandlerRegistry.requireUsable(handler.id());
        FrozenHandler<S, O> slot = new FrozenHandler<>(this, handler, dataType);
        if (handlers.putIfAbsent(handler.id(), slot) != null) {
            throw new HandlerAlreadyRegisteredException(handler.id());
        }
        return slot;
    }

    @Override
    public Handler<?, ?> resolve(HandlerRef ref) {
        FrozenHandler<?, ?> known = handlers.get(ref.id());
        if (known != null) {
            return known.handler();
        }
        HandlerFactory factory = factories.get(ref.type());
        return factory == null || !HandlerRegistry.isUsable(ref.id()) ? null : factory.create(this, ref.id());
    }

    /** Ends the session; handlers keep the value they show. */
    public void dispose() {
        disposed = true;
        listeners.clear();
    }

    /** A replay of what existed when the session was opened, to be advanced to the cursor. */
    <S, O extends Operation> Replay<S, O> replay(HandlerName name, DataType<S, O> type) {
        return new Replay<>(store, snapshot, ordinal -> ordinal < places.length, name, type);
    }

    boolean isVisible(int ordinal) {
        return ordinal < places.length && places[ordinal] < cursor;
    }
}
