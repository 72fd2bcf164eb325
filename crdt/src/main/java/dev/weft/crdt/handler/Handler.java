package dev.weft.crdt.handler;

import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.id.PeerId;

/**
 * One data type inside a document, under one id. Subclasses add the editing methods: they read {@link #state}, build an
 * operation and {@link #submit} it. Two peers share a handler when its id <em>and</em> type are equal (spec crdt 7.2).
 *
 * <p>Constructing a handler registers it with its host. Confined to the thread of its document.
 *
 * @param <S> the state of its data type
 * @param <O> the operations of its data type
 */
public abstract class Handler<S, O extends Operation> {
    private final String id;
    private final String type;
    private final HandlerHost host;
    private final HandlerSlot<S, O> slot;

    /**
     * @param type the wire tag. Generic handlers must let the application choose it: the reference derives it from Dart
     *     type arguments, for instance {@code CRDTListHandler<String>}
     * @throws HandlerAlreadyRegisteredException if the host has a handler of this id
     */
    protected Handler(HandlerHost host, String id, String type, DataType<S, O> dataType) {
        this.host = host;
        this.id = id;
        this.type = type;
        this.slot = host.attach(this, dataType);
    }

    public final String id() {
        return id;
    }

    /** The wire tag (spec crdt 7.2). */
    public final String type() {
        return type;
    }

    /** What a container stores to point here. */
    public final HandlerRef ref() {
        return new HandlerRef(id, type);
    }

    /** What the handler shows: text, a list, a map. A copy, or immutable. */
    public abstract Object value();

    /** Grows whenever the value may have changed, by a local edit, an import or a snapshot. */
    public final long revision() {
        return slot.revision();
    }

    /** Forgets the kept state, so that the next read replays history. Never needed for correctness. */
    public final void invalidateCache() {
        slot.invalidate();
    }

    /** The current state, pending local operations included. Do not keep it: the next edit or import changes it. */
    protected final S state() {
        return slot.state();
    }

    /** Commits a local operation, or queues it until the open transaction ends. Build it with valid arguments. */
    protected final void submit(O operation) {
        slot.submit(operation);
    }

    /** Ticks the document's clock and returns it: a stamp older than the change that will carry it, and unique. */
    protected final HybridTimestamp prepareMutation() {
        return slot.prepareMutation();
    }

    protected final PeerId peerId() {
        return host.peerId();
    }

    protected final HandlerHost host() {
        return host;
    }

    /**
     * What a container stores to point at the child.
     *
     * @throws IllegalArgumentException if the child lives in another document, where a reference cannot lead
     */
    protected final HandlerRef refTo(Handler<?, ?> child) {
        if (child.host != host) {
            throw new IllegalArgumentException(child + " is a handler of another document");
        }
        return child.ref();
    }

    @Override
    public String toString() {
        return type + "(" + id + ")";
    }
}
