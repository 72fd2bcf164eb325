package dev.weft.server.registry.memory;

import dev.weft.server.registry.Claim;
import dev.weft.server.registry.ClaimRounds;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.OwnershipRules;
import dev.weft.server.registry.RegistryListener;
import dev.weft.server.registry.RegistryUnavailableException;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One node's view of an {@link InMemoryDirectory}. Futures are complete when they are returned; listeners are called on
 * the thread that made the change.
 */
public final class InMemoryOwnershipRegistry implements OwnershipRegistry {
    private final String localNode;
    private final InMemoryDirectory directory;
    private final List<RegistryListener> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    InMemoryOwnershipRegistry(String localNode, InMemoryDirectory directory) {
        this.localNode = localNode;
        this.directory = directory;
    }

    /** For a node that is a cluster of its own. */
    public static InMemoryOwnershipRegistry alone(String nodeId) {
        return new InMemoryDirectory().join(nodeId);
    }

    @Override
    public String localNode() {
        return localNode;
    }

    @Override
    public Future<Optional<Ownership>> lookup(DocumentKey key) {
        return whileOpen(() -> Optional.ofNullable(directory.get(key)));
    }

    @Override
    public Future<Ownership> claim(DocumentKey key, Claim claim) {
        return new ClaimRounds(round -> claimOnce(key, round), this::members).claim(claim);
    }

    private Future<Ownership> claimOnce(DocumentKey key, Claim claim) {
        return whileOpen(() -> directory.apply(key, present -> OwnershipRules.afterClaim(present, claim))[1]);
    }

    @Override
    public Future<Boolean> activate(DocumentKey key, String claimId, long epoch) {
        return whileOpen(() -> {
            Ownership before =
                    directory.apply(key, present -> OwnershipRules.afterActivate(present, claimId, epoch))[0];
            return OwnershipRules.isActivated(before, claimId);
        });
    }

    @Override
    public Future<Boolean> release(DocumentKey key, String claimId, String hint) {
        return whileOpen(() -> {
            Ownership before = directory.apply(key, present -> OwnershipRules.afterRelease(present, claimId, hint))[0];
            return OwnershipRules.isReleased(before, claimId);
        });
    }

    @Override
    public Future<Ownership> reassert(DocumentKey key, Ownership mine) {
        return whileOpen(() -> directory.apply(key, present -> OwnershipRules.afterReassert(present, mine))[1]);
    }

    @Override
    public Future<List<DocumentKey>> ownedBy(String nodeId) {
        return whileOpen(() -> directory.entries().entrySet().stream()
                .filter(entry -> entry.getValue().nodeId().equals(nodeId))
                .map(Map.Entry::getKey)
                .sorted()
                .toList());
    }

    @Override
    public Future<Map<String, Integer>> loads() {
        return whileOpen(() -> {
            Map<String, Integer> loads = new HashMap<>();
            directory.entries().values().forEach(ownership -> loads.merge(ownership.nodeId(), 1, Integer::sum));
            return loads;
        });
    }

    @Override
    public Set<String> members() {
        return directory.members();
    }

    @Override
    public boolean isClusterSafe() {
        return true;
    }

    @Override
    public void listen(RegistryListener listener) {
        listeners.add(listener);
    }

    @Override
    public void ignore(RegistryListener listener) {
        listeners.remove(listener);
    }

    @Override
    public Future<Void> close() {
        closed = true;
        listeners.clear();
        return Future.succeededFuture();
    }

    void tell(Consumer<RegistryListener> call) {
        listeners.forEach(call);
    }

    private <T> Future<T> whileOpen(Supplier<T> call) {
        return closed
                ? Future.failedFuture(new RegistryUnavailableException("the registry is closed", null))
                : Future.succeededFuture(call.get());
    }
}
