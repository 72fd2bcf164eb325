package dev.weft.crdt.document;

import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.codec.StrictUtf8;
import dev.weft.crdt.handler.ContainerHandler;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerAlreadyRegisteredException;
import dev.weft.crdt.handler.HandlerFactory;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.Operation;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The handlers of a document by id, and the factories that create more of them (spec crdt 12.13). */
final class HandlerRegistry {
    private static final System.Logger LOG = System.getLogger(HandlerRegistry.class.getName());

    private final Document document;
    private final Map<String, AttachedHandler<?, ?>> attached = new LinkedHashMap<>();
    private final Map<String, HandlerFactory> factories = new LinkedHashMap<>();

    HandlerRegistry(Document document) {
        this.document = document;
    }

    <S, O extends Operation> AttachedHandler<S, O> attach(Handler<S, O> handler, DataType<S, O> type) {
        requireUsable(handler.id());
        AttachedHandler<S, O> slot = new AttachedHandler<>(document, handler, type);
        if (attached.putIfAbsent(handler.id(), slot) != null) {
            throw new HandlerAlreadyRegisteredException(handler.id());
        }
        return slot;
    }

    static void requireUsable(String handlerId) {
        if (handlerId.startsWith(Snapshot.RESERVED_PREFIX)) {
            throw new IllegalArgumentException("Handler id is reserved: " + handlerId);
        }
        if (!StrictUtf8.isRoundTripSafe(handlerId)) {
            throw new IllegalArgumentException("Handler id does not survive UTF-8: " + handlerId);
        }
    }

    /** Null if no handler of this id is registered. */
    AttachedHandler<?, ?> get(String handlerId) {
        return attached.get(handlerId);
    }

    /** The registered handler that accepts operations of this name, or null. */
    AttachedHandler<?, ?> get(HandlerName name) {
        AttachedHandler<?, ?> slot = attached.get(name.id());
        return slot != null && slot.name().type().equals(name.type()) ? slot : null;
    }

    Collection<AttachedHandler<?, ?>> all() {
        return attached.values();
    }

    boolean hasContainer() {
        return attached.values().stream().anyMatch(slot -> slot.handler() instanceof ContainerHandler);
    }

    boolean isEmpty() {
        return attached.isEmpty();
    }

    Map<String, Handler<?, ?>> handlers() {
        Map<String, Handler<?, ?>> handlers = new LinkedHashMap<>();
        attached.forEach((id, slot) -> handlers.put(id, slot.handler()));
        return Collections.unmodifiableMap(handlers);
    }

    void clear() {
        attached.clear();
    }

    void registerFactory(String type, HandlerFactory factory) {
        factories.put(type, factory);
    }

    Map<String, HandlerFactory> factories() {
        return factories;
    }

    Handler<?, ?> resolve(HandlerRef ref) {
        AttachedHandler<?, ?> known = attached.get(ref.id());
        if (known != null) {
            return known.handler();
        }
        HandlerFactory factory = factories.get(ref.type());
        return factory == null || !isUsable(ref.id()) ? null : factory.create(document, ref.id());
    }

    /** Creates the handler a change or a manifest names, if it is not there and a factory knows its type. */
    void instantiate(HandlerName name) {
        if (factories.isEmpty() || attached.containsKey(name.id()) || !isUsable(name.id())) {
            return;
        }
        HandlerFactory factory = factories.get(name.type());
        if (factory == null) {
            return;
        }
        try {
            factory.create(document, name.id());
        } catch (RuntimeException failure) {
            // The change is stored and stays readable for whoever creates the handler by hand; an import of many
            // must not stop at the factory of one.
            LOG.log(System.Logger.Level.WARNING, "The factory for " + name + " failed", failure);
        }
    }

    /** Resolves every reference reachable from the registered containers, so that all children are registered. */
    void materialise() {
        Set<String> visited = new HashSet<>();
        ArrayDeque<Handler<?, ?>> queue = new ArrayDeque<>(handlers().values());
        while (!queue.isEmpty()) {
            Handler<?, ?> next = queue.remove();
            if (next instanceof ContainerHandler container && visited.add(next.id())) {
                for (HandlerRef ref : container.childRefs()) {
                    Handler<?, ?> child = resolve(ref);
                    if (child != null) {
                        queue.add(child);
                    }
                }
            }
        }
    }

    /** The handlers no registered container refers to, in order of registration. */
    Map<String, Handler<?, ?>> roots() {
        Map<String, Handler<?, ?>> roots = new LinkedHashMap<>(handlers());
        for (Handler<?, ?> handler : handlers().values()) {
            if (handler instanceof ContainerHandler container) {
                container.childRefs().forEach(ref -> roots.remove(ref.id()));
            }
        }
        return roots;
    }

    void invalidateAll() {
        attached.values().forEach(AttachedHandler::invalidate);
    }

    static boolean isUsable(String handlerId) {
        return !handlerId.startsWith(Snapshot.RESERVED_PREFIX) && StrictUtf8.isRoundTripSafe(handlerId);
    }
}
