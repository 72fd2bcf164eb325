package dev.weft.crdt.handler;

import dev.weft.crdt.id.PeerId;

/**
 * What handlers live in: a document, or the frozen view of one. Applications do not call these methods; handler
 * constructors and containers do. Single-threaded, like the document.
 */
public interface HandlerHost {
    /** The author of local operations. */
    PeerId peerId();

    /**
     * Takes a handler in under its id. Called once, by the constructor of {@link Handler}.
     *
     * @throws HandlerAlreadyRegisteredException if the id is taken
     * @throws IllegalArgumentException if the id is reserved or does not survive UTF-8
     */
    <S, O extends Operation> HandlerSlot<S, O> attach(Handler<S, O> handler, DataType<S, O> dataType);

    /** The handler a reference points at, created by a factory if need be; null if neither exists. */
    Handler<?, ?> resolve(HandlerRef ref);
}
