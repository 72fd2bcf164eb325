package dev.weft.server.simulation;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.EntryPage;
import dev.weft.server.storage.OutcomeUnknownException;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.RunPage;
import dev.weft.server.storage.StoreLimits;
import dev.weft.server.storage.StoreUnavailableException;
import dev.weft.server.storage.StoredDocument;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The shared store as one node reaches it: every call takes a while, may find the store down, and may be carried out
 * although its answer is lost. What a call of a crashed node does is decided by when the node crashed.
 */
final class SimulatedStore implements DocumentStore {
    private final Simulation simulation;
    private final SimulatedNode node;
    private final DocumentStore shared;
    private final RandomPacking packing;
    private final Map<DocumentKey, Long> lastEffectAt = new HashMap<>();
    private final Map<DocumentKey, Integer> claimsInFlight = new HashMap<>();

    SimulatedStore(Simulation simulation, SimulatedNode node, DocumentStore shared) {
        this.simulation = simulation;
        this.node = node;
        this.shared = shared;
        this.packing = new RandomPacking(simulation, node.id(), shared);
    }

    private <T> Future<T> later(DocumentKey key, String what, Supplier<Future<T>> call) {
        Schedule schedule = simulation.schedule();
        Scenario scenario = simulation.scenario();
        Promise<T> promise = Promise.promise();
        boolean isUnknown =
                simulation.faultsActive() && schedule.chance(scenario.network().storeUnknown());
        boolean isLost = isUnknown && schedule.chance(0.5);
        // Calls of one node for one document take effect in the order in which they were made.
        long effectAt = Math.max(
                lastEffectAt.getOrDefault(key, 0L), schedule.now() + schedule.upTo(simulation.storeDelayMillis()));
        lastEffectAt.put(key, effectAt);
        schedule.at(effectAt, () -> {
            boolean isDown = !node.reachesStore();
            Future<T> result = isDown || isLost ? null : call.get();
            node.later(schedule.upTo(simulation.storeDelayMillis()), () -> {
                if (isDown) {
                    simulation.trace().add(node.id(), "store down for", what, key);
                    promise.fail(new StoreUnavailableException("the store is down", null));
                } else if (isUnknown) {
                    simulation.trace().add(node.id(), "outcome unknown of", what, key, isLost ? "(lost)" : "(done)");
                    promise.fail(new OutcomeUnknownException("no answer to " + what, null));
                } else {
                    result.onComplete(promise);
                }
            });
        });
        return promise.future();
    }

    @Override
    public Future<Long> claim(DocumentKey key, boolean create) {
        Witness witness = simulation.witness();
        int inFlight = claimsInFlight.merge(key, 1, Integer::sum);
        witness.claimBegun(key, node.id(), inFlight);
        return later(key, "claim", () -> shared.claim(key, create).onSuccess(epoch -> {
                    witness.claimed(key, node.id(), epoch);
                }))
                .onComplete(done -> claimsInFlight.merge(key, -1, Integer::sum));
    }

    @Override
    public Future<Void> append(DocumentKey key, long epoch, long firstPosition, List<byte[]> blobs) {
        long used = simulation.tampering().epochOfWrite(key, epoch, simulation.witness());
        return later(key, "append", () -> shared.append(key, used, firstPosition, blobs)
                .onSuccess(done -> simulation.witness().appended(key, node.id(), epoch, firstPosition, blobs))
                .onSuccess(done -> packing.now(key, used)));
    }

    @Override
    public Future<Void> compact(DocumentKey key, long epoch, byte[] snapshot, long upToPosition) {
        return later(key, "compact", () -> shared.compact(key, epoch, snapshot, upToPosition)
                .onSuccess(done -> simulation.witness().compacted(key, node.id(), epoch, upToPosition)));
    }

    @Override
    public Future<Void> pack(DocumentKey key, long epoch, PackedEntries entries) {
        return later(key, "pack", () -> shared.pack(key, epoch, entries));
    }

    @Override
    public Future<StoredDocument> load(DocumentKey key, long epoch) {
        return later(key, "load", () -> shared.load(key, epoch));
    }

    @Override
    public Future<EntryPage> read(DocumentKey key, long epoch, long afterPosition, int bytesMax) {
        return later(key, "read", () -> shared.read(key, epoch, afterPosition, bytesMax));
    }

    @Override
    public Future<RunPage> readRuns(DocumentKey key, long epoch, long afterPosition, int bytesMax) {
        return later(key, "read", () -> shared.readRuns(key, epoch, afterPosition, bytesMax));
    }

    @Override
    public Future<Optional<DocumentInfo>> find(DocumentKey key) {
        return later(key, "find", () -> shared.find(key));
    }

    @Override
    public Future<Void> delete(DocumentKey key, long epoch) {
        return later(key, "delete", () -> shared.delete(key, epoch));
    }

    @Override
    public Future<List<DocumentInfo>> list(DocumentKind kind, String prefix, String after, int limit) {
        return shared.list(kind, prefix, after, limit);
    }

    @Override
    public Future<Void> open() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public StoreLimits limits() {
        return shared.limits();
    }
}
