package dev.weft.crdt.handler;

import dev.weft.crdt.clock.HybridTimestamp;

/** A handler's side of its host: the current state, and the way to edit it. Handlers reach it through {@link Handler}. */
public interface HandlerSlot<S, O extends Operation> {
    /** The state including all pending local operations. Valid until the next call into the document. */
    S state();

    /**
     * Encodes and commits a local operation, or queues it if a transaction is open.
     *
     * @throws IllegalArgumentException if it cannot be encoded; nothing has changed then
     */
    void submit(O operation);

    /** Ticks the clock and returns it, for tags and stamps inside operations (spec crdt 12.2). */
    HybridTimestamp prepareMutation();

    /** Grows whenever the value may have changed (spec crdt 12.12). */
    long revision();

    /** Forgets the kept state; the next read replays. */
    void invalidate();
}
