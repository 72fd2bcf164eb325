package dev.weft.server.gateway;

import dev.weft.server.link.LinkEffect.Suspect;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.Placement;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Set;

/** Which node to send to for a document: its owner, or else the node that should become it. Thread-safe. */
public final class DocumentRouter {
    private final OwnershipRegistry registry;
    private final Placement placement;

    public DocumentRouter(OwnershipRegistry registry, Placement placement) {
        this.registry = registry;
        this.placement = placement;
    }

    /** @param suspect an ownership that does not answer and is not to be routed to again; null if none */
    public Future<String> route(DocumentKey key, Suspect suspect) {
        return registry.lookup(key).compose(found -> {
            Set<String> members = registry.members();
            if (found.isPresent() && members.contains(found.get().route()) && !isSuspect(found.get(), suspect)) {
                return Future.succeededFuture(found.get().route());
            }
            return place(key, members, suspect);
        });
    }

    private Future<String> place(DocumentKey key, Set<String> members, Suspect suspect) {
        Set<String> candidates = new java.util.LinkedHashSet<>(members);
        if (suspect != null && candidates.size() > 1) {
            candidates.remove(suspect.nodeId());
        }
        return loads().map(loads -> placement.place(key, registry.localNode(), candidates, loads));
    }

    private Future<Map<String, Integer>> loads() {
        return Future.succeededFuture(Map.of());
    }

    private static boolean isSuspect(Ownership ownership, Suspect suspect) {
        return suspect != null
                && ownership.nodeId().equals(suspect.nodeId())
                && (suspect.epoch() == 0 || suspect.epoch() >= ownership.epoch());
    }
}
