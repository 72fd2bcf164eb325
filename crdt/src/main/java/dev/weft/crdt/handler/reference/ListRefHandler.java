package dev.weft.crdt.handler.reference;

import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.list.FugueListHandler;

/** A list of references to other handlers of the document (spec crdt 17). */
public final class ListRefHandler extends FugueListHandler<HandlerRef> implements ReferenceList {
    public static final String TYPE = HandlerTags.LIST_REF;

    public ListRefHandler(HandlerHost host, String id) {
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
