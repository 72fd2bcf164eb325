package dev.weft.crdt.handler.reference;

import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.list.FugueMovableListHandler;

/** A list of references to other handlers of the document that can be moved (spec crdt 17). */
public final class MovableListRefHandler extends FugueMovableListHandler<HandlerRef> implements ReferenceList {
    public static final String TYPE = HandlerTags.MOVABLE_LIST_REF;

    public MovableListRefHandler(HandlerHost host, String id) {
        super(host, id, TYPE, HandlerRef.CODEC);
    }

    @Override
    public void insertRef(int index, Handler<?, ?> child) {
        insert(index, refTo(child));
    }

    @Override
    public Handler<?, ?> follow(HandlerRef ref) {
        return host().resolve(ref);
    }
}
