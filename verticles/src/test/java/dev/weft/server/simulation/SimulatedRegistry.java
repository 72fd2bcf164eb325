package dev.weft.server.simulation;

import dev.weft.server.registry.Claim;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.RegistryListener;
import dev.weft.server.registry.RegistryUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The registry as one node sees it: answers take a while, may be late, and some never come. */
final class SimulatedRegistry implements OwnershipRegistry {
    private final Simulation simulation;
    private final SimulatedNode node;

    SimulatedRegistry(Simulation simulation, SimulatedNode node) {
        this.simulation = simulation;
        this.node = node;
    }

    private OwnershipRegistry view() {
        return simulation.directories().view(node.id());
    }

    private <T> Future<T> later(String what, Function<OwnershipRegistry, Future<T>> call) {
        Schedule schedule = simulation.schedule();
        Scenario scenario = simulation.scenario();
        Promise<T> promise = Promise.promise();
        boolean fails =
                simulation.faultsActive() && schedule.chance(scenario.network().registryFailure());
        boolean failsBefore = fails && schedule.chance(0.5);
        schedule.after(schedule.upTo(scenario.network().registryDelayMillis()), () -> {
            OwnershipRegistry view = view();
            if (view == null) {
                return;
            }
            Future<T> result = failsBefore ? null : call.apply(view);
            node.later(schedule.upTo(scenario.network().registryDelayMillis()), () -> {
                if (fails) {
                    promise.fail(new RegistryUnavailableException("no answer to " + what, null));
                } else {
                    result.onComplete(promise);
                }
            });
        });
        return promise.future();
    }

    @Override
    public String localNode() {
        return node.id();
    }

    @Override
    public Future<Optional<Ownership>> lookup(DocumentKey key) {
        return later("lookup", view -> view.lookup(key));
    }

    @Override
    public Future<Ownership> claim(DocumentKey key, Claim claim) {
        return later("claim", view -> view.claim(key, claim)
                .onSuccess(entry -> simulation.trace().add(node.id(), "claims", key, claim, "->", entry)));
    }

    @Override
    public Future<Boolean> activate(DocumentKey key, String claimId, long epoch) {
        return later("activate", view -> view.activate(key, claimId, epoch));
    }

    @Override
    public Future<Boolean> release(DocumentKey key, String claimId, String hint) {
        return later("release", view -> view.release(key, claimId, hint));
    }

    @Override
    public Future<Ownership> reassert(DocumentKey key, Ownership mine) {
        return later("reassert", view -> view.reassert(key, mine));
    }

    @Override
    public Future<List<DocumentKey>> ownedBy(String nodeId) {
        return later("ownedBy", view -> view.ownedBy(nodeId));
    }

    @Override
    public Future<Map<String, Integer>> loads() {
        return later("loads", OwnershipRegistry::loads);
    }

    @Override
    public Set<String> members() {
        return simulation
                .tampering()
                .members(view().members(), simulation.directories().everJoined());
    }

    @Override
    public boolean isClusterSafe() {
        return true;
    }

    @Override
    public void listen(RegistryListener listener) {
        throw new UnsupportedOperationException("the simulation tells the nodes itself, late or early");
    }

    @Override
    public void ignore(RegistryListener listener) {}

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
