package dev.weft.crdt.handler.reference;

import dev.weft.crdt.handler.ContainerHandler;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.map.MapHandler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A map of references to other handlers of the document (spec crdt 17). Removing a reference leaves the handler and
 * its data where they are.
 */
public final class MapRefHandler extends MapHandler<HandlerRef> implements ContainerHandler {
    public static final String TYPE = HandlerTags.MAP_REF;

    public MapRefHandler(HandlerHost host, String id) {
        super(host, id, TYPE, HandlerRef.CODEC);
    }

    /**
     * Points at a handler of the same document.
     *
     * @throws IllegalArgumentException if the child is one of another document
     */
    public void setRef(String key, Handler<?, ?> child) {
        set(key, refTo(child));
    }

    /** The handler behind the key, created by a factory if need be; null if there is no reference or no handler. */
    public Handler<?, ?> getRef(String key) {
        HandlerRef ref = get(key);
        return ref == null ? null : follow(ref);
    }

    /** {@link #getRef} if it is of this class, otherwise null. */
    public <H extends Handler<?, ?>> H getRefAs(String key, Class<H> type) {
        Handler<?, ?> handler = getRef(key);
        return type.isInstance(handler) ? type.cast(handler) : null;
    }

    @Override
    public List<HandlerRef> childRefs() {
        return List.copyOf(value().values());
    }

    @Override
    public Object valueWith(Function<HandlerRef, Object> resolution) {
        Map<String, Object> resolved = new LinkedHashMap<>();
        value().forEach((key, ref) -> resolved.put(key, resolution.apply(ref)));
        return resolved;
    }

    @Override
    public Handler<?, ?> follow(HandlerRef ref) {
        return host().resolve(ref);
    }
}
