package dev.weft.crdt.handler;

import dev.weft.crdt.CrdtException;
import java.util.HashSet;
import java.util.Set;

/** Follows references from a container down (spec crdt 17). One use each. */
final class ReferenceResolver {
    /** Deeper references become null, as those that close a cycle do; recursion must not exhaust the stack. */
    static final int DEPTH_MAX = 500;

    /** A few handlers that point at each other twice per level would otherwise unfold without end. */
    static final int VALUES_MAX = 1_000_000;

    private final ContainerHandler root;
    private final Set<String> path = new HashSet<>();
    private int values;

    private ReferenceResolver(ContainerHandler root) {
        this.root = root;
    }

    /**
     * The container's own id does not count as visited: one that holds itself is expanded one level.
     *
     * @throws CrdtException if more than {@link #VALUES_MAX} references would have to be followed
     */
    static Object resolve(ContainerHandler container) {
        return container.valueWith(new ReferenceResolver(container)::follow);
    }

    private Object follow(HandlerRef ref) {
        if (++values > VALUES_MAX) {
            throw new CrdtException("References unfold to more than " + VALUES_MAX + " values");
        }
        if (path.size() >= DEPTH_MAX || path.contains(ref.id())) {
            return null;
        }
        // All handlers of a document live side by side, so each container finds what any of them does.
        Handler<?, ?> handler = root.follow(ref);
        if (!(handler instanceof ContainerHandler container)) {
            return handler == null ? null : handler.value();
        }
        path.add(ref.id());
        try {
            return container.valueWith(this::follow);
        } finally {
            path.remove(ref.id());
        }
    }
}
