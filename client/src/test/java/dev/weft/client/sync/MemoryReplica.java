package dev.weft.client.sync;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.Frontiers;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The dumbest replica that keeps the contract: a map of changes and a snapshot vector. */
final class MemoryReplica implements Replica {
    private static final int WAITING_MAX = 10_000;

    private final PeerId peer;
    private final Map<OperationId, Change> stored = new LinkedHashMap<>();
    private final Map<OperationId, Change> waiting = new LinkedHashMap<>();
    private final Frontiers frontiers = new Frontiers();
    private VersionVector snapshotVector = VersionVector.EMPTY;
    private boolean hasSnapshot;
    private long lastMillis = 1_000;

    MemoryReplica(int peer) {
        this.peer = peerOf(peer);
    }

    static PeerId peerOf(int number) {
        return PeerId.parse(String.format("%08x-0000-4000-8000-000000000000", number));
    }

    /** Creates and stores a local change; the caller tells the session. */
    Change edit(int payloadBytes) {
        for (OperationId id : stored.keySet()) {
            lastMillis = Math.max(lastMillis, id.timestamp().millis());
        }
        snapshotVector.forEach((any, clock) -> lastMillis = Math.max(lastMillis, new HybridTimestamp(clock).millis()));
        OperationId id = new OperationId(peer, HybridTimestamp.of(++lastMillis, 0));
        Change change =
                Change.of(id, frontiers.heads(), Envelope.encode("CRDTTextHandler", "t", 0, new byte[payloadBytes]));
        store(change);
        return change;
    }

    Change edit() {
        return edit(1);
    }

    private void store(Change change) {
        stored.put(change.id(), change);
        frontiers.update(change.id(), change.dependencies());
    }

    List<OperationId> ids() {
        return stored.keySet().stream().sorted().toList();
    }

    void forget() {
        stored.clear();
        frontiers.reset(List.of());
    }

    @Override
    public PeerId peer() {
        return peer;
    }

    @Override
    public VersionVector versionVector() {
        VersionVector.Builder vector = snapshotVector.toBuilder();
        stored.keySet().forEach(vector::update);
        return vector.build();
    }

    @Override
    public boolean isEmpty() {
        return stored.isEmpty() && !hasSnapshot;
    }

    @Override
    public ImportOutcome importChanges(List<Change> changes) {
        int dropped = 0;
        for (Change change : changes) {
            if (!contains(change.id())) {
                if (waiting.size() < WAITING_MAX || waiting.containsKey(change.id())) {
                    waiting.put(change.id(), change);
                } else {
                    dropped++;
                }
            }
        }
        return new ImportOutcome(releaseReady(), waiting.size(), 0, dropped);
    }

    private List<Change> releaseReady() {
        List<Change> applied = new ArrayList<>();
        boolean progress = true;
        while (progress) {
            progress = false;
            for (Change change : List.copyOf(waiting.values())) {
                if (contains(change.id())) {
                    waiting.remove(change.id());
                } else if (change.dependencies().stream().allMatch(this::contains)) {
                    waiting.remove(change.id());
                    store(change);
                    applied.add(change);
                    progress = true;
                }
            }
        }
        return applied;
    }

    @Override
    public int waiting() {
        return waiting.size();
    }

    @Override
    public Adoption adopt(Snapshot snapshot) {
        if (versionVector().dominates(snapshot.versionVector())) {
            return Adoption.COVERED;
        }
        if (hasSnapshot && !snapshot.versionVector().dominates(snapshotVector)) {
            return Adoption.REFUSED;
        }
        snapshotVector = snapshot.versionVector();
        hasSnapshot = true;
        return Adoption.ADOPTED;
    }

    @Override
    public ImportOutcome importWaiting() {
        return new ImportOutcome(releaseReady(), waiting.size(), 0, 0);
    }

    @Override
    public Snapshot takeSnapshot() {
        return Snapshot.of(versionVector(), Map.of());
    }

    @Override
    public List<Change> changesNewerThan(VersionVector versionVector) {
        List<Change> newer = new ArrayList<>();
        for (Change change : stored.values()) {
            if (!versionVector.covers(change.id())) {
                newer.add(change);
            }
        }
        return newer;
    }

    @Override
    public boolean contains(OperationId id) {
        return stored.containsKey(id) || snapshotVector.covers(id);
    }
}
