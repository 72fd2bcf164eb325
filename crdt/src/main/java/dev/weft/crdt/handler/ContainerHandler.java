package dev.weft.crdt.handler;

import java.util.List;
import java.util.function.Function;

/**
 * A handler whose values are references to other handlers of the document (spec crdt 17). Implemented by subclasses of
 * {@link Handler}.
 */
public interface ContainerHandler {
    /** The references held now, in value order. */
    List<HandlerRef> childRefs();

    /** The handler a reference leads to, created by a factory if need be; null if there is none. */
    Handler<?, ?> follow(HandlerRef ref);

    /** The value with each reference replaced by what the function makes of it; null results stay as null. */
    Object valueWith(Function<HandlerRef, Object> resolution);

    /** The value with all references followed. A reference that closes a cycle or leads nowhere becomes null. */
    default Object resolved() {
        return ReferenceResolver.resolve(this);
    }
}
