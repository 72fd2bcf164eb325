package dev.weft.server.gateway;

import dev.weft.server.link.LinkEffect.Suspect;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.Placement;
import dev.weft.server.storage.DocumentStore;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which node to send to for a document: its owner, or else the node that should become it. Thread-safe. */
public final class DocumentRouter {
    private static final long LOADS_VALID_NANOS = 1_000_000_000;

    private final OwnershipRegistry registry;
    private final DocumentStore store;
    private final Placement placement;
    private volatile String excluded;
    private volatile Loads loads;

    public DocumentRouter(OwnershipRegistry registry, DocumentStore store, Placement placement) {
        this.registry = registry;
        this.store = store;
        this.placement = placement;
    }

    /** From now on this node is given no document any more. */
    public void exclude(String nodeId) {
        excluded = nodeId;
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

    /** Of which kind an existing document is; relay first, since only its clients depend on the answer. */
    public Future<Optional<DocumentKind>> kindOf(String documentId) {
        return exists(DocumentKey.relay(documentId)).compose(isRelay -> {
            if (isRelay) {
                return Future.succeededFuture(Optional.of(DocumentKind.RELAY));
            }
            return exists(DocumentKey.aware(documentId))
                    .map(isAware -> isAware ? Optional.of(DocumentKind.AWARE) : Optional.empty());
        });
    }

    private Future<Boolean> exists(DocumentKey key) {
        // Somebody may be claiming what turns out not to be there.
        return registry.lookup(key)
                .compose(found -> found.isPresent() && found.get().state() != Ownership.State.CLAIMING
                        ? Future.succeededFuture(true)
                        : store.find(key).map(Optional::isPresent));
    }

    private Future<String> place(DocumentKey key, Set<String> members, Suspect suspect) {
        Set<String> candidates = new LinkedHashSet<>(members);
        if (excluded != null && candidates.size() > 1) {
            candidates.remove(excluded);
        }
        if (suspect != null && candidates.size() > 1) {
            candidates.remove(suspect.nodeId());
        }
        return loads().map(loads -> placement.place(key, registry.localNode(), candidates, loads));
    }

    private Future<Map<String, Integer>> loads() {
        if (!placement.usesLoads()) {
            return Future.succeededFuture(Map.of());
        }
        long now = System.nanoTime();
        Loads known = loads;
        if (known == null || now - known.askedAtNanos >= LOADS_VALID_NANOS) {
            // Asking reads the whole directory; figures a moment old spread documents just as well.
            known = new Loads(registry.loads(), now);
            loads = known;
        }
        return known.answer;
    }

    private record Loads(Future<Map<String, Integer>> answer, long askedAtNanos) {}

    private static boolean isSuspect(Ownership ownership, Suspect suspect) {
        return suspect != null
                && ownership.nodeId().equals(suspect.nodeId())
                && (suspect.epoch() == 0 || suspect.epoch() >= ownership.epoch());
    }
}
