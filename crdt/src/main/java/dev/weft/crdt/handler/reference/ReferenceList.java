package dev.weft.crdt.handler.reference;

import dev.weft.crdt.handler.ContainerHandler;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerRef;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What both lists of references have in common. */
public sealed interface ReferenceList extends ContainerHandler permits ListRefHandler, MovableListRefHandler {
    int length();

    HandlerRef get(int index);

    List<HandlerRef> value();

    /**
     * Inserts a reference to a handler of the same document.
     *
     * @throws IllegalArgumentException if the child is one of another document
     */
    void insertRef(int index, Handler<?, ?> child);

    /** The handler at the index, created by a factory if need be; null outside the list and where there is none. */
    default Handler<?, ?> getRefAt(int index) {
        return index < 0 || index >= length() ? null : follow(get(index));
    }

    /** {@link #getRefAt} if it is of this class, otherwise null. */
    default <H extends Handler<?, ?>> H getRefAtAs(int index, Class<H> type) {
        Handler<?, ?> handler = getRefAt(index);
        return type.isInstance(handler) ? type.cast(handler) : null;
    }

    @Override
    default List<HandlerRef> childRefs() {
        return value();
    }

    @Override
    default Object valueWith(Function<HandlerRef, Object> resolution) {
        List<Object> resolved = new ArrayList<>();
        value().forEach(ref -> resolved.add(resolution.apply(ref)));
        return resolved;
    }
}
