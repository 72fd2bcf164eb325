package dev.weft.crdt.handler.reference;

import dev.weft.crdt.handler.ContainerHandler;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.ReferenceResolver;
import dev.weft.crdt.handler.list.FugueListHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A list of references to other handlers of the document (spec crdt 17). */
public final class ListRefHandler extends FugueListHandler<HandlerRef> implements ContainerHandler {
    public static final String TYPE = HandlerTags.LIST_REF;

    public ListRefHandler(HandlerHost host, String id) {
        super(host, id, TYPE, HandlerRef.CODEC);
    }

    public void insertRef(int index, Handler<?, ?> child) {
        insert(index, child.ref());
    }

    /** The handler at the index, created by a factory if need be; null outside the list and where there is none. */
    public Handler<?, ?> getRefAt(int index) {
        return index < 0 || index >= length() ? null : host().resolve(get(index));
    }

    /** {@link #getRefAt} if it is of this class, otherwise null. */
    public <H extends Handler<?, ?>> H getRefAtAs(int index, Class<H> type) {
        Handler<?, ?> handler = getRefAt(index);
        return type.isInstance(handler) ? type.cast(handler) : null;
    }

    @Override
    public List<HandlerRef> childRefs() {
        return value();
    }

    @Override
    public Object valueWith(Function<HandlerRef, Object> resolution) {
        List<Object> resolved = new ArrayList<>();
        value().forEach(ref -> resolved.add(resolution.apply(ref)));
        return resolved;
    }

    @Override
    public Object resolved() {
        return ReferenceResolver.resolve(host(), this);
    }
}
