package dev.weft.server.document.host;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.ImportResult;
import dev.weft.crdt.document.Refusal;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.history.HistoryBlock;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.limits.Limit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A replica on a document without handler objects: carries and checks every type, interprets none. */
public final class DocumentReplica implements Replica {
    private static final String TOO_OLD =
            "This change is older than the history that is kept, or builds on one that is";

    private final Document document;
    private final HeldAside heldAside;
    private final DocumentGuard guard;
    /** What stands for the beginning of the history; null if it is all there. */
    private final Base base;
    /** The newest stamp in it. */
    private final long newestCovered;

    public DocumentReplica(Document document, HostLimits limits, WallClock wallClock) {
        this.document = document;
        this.heldAside = new HeldAside(limits.heldAsideMax());
        this.guard = new DocumentGuard(document, limits.documents(), wallClock);
        Snapshot snapshot = document.lastSnapshot();
        this.base = snapshot == null ? null : new Base(snapshot.encode(), snapshot.versionVector());
        this.newestCovered =
                snapshot == null ? 0 : snapshot.versionVector().newest().packed();
    }

    @Override
    public VersionVector version() {
        return document.versionVector();
    }

    @Override
    public Verdict accept(List<Change> changes, String origin, long nowMillis) {
        List<Accepted> accepted = new ArrayList<>();
        List<Change> sound = new ArrayList<>(changes.size());
        List<Limit> reached = new ArrayList<>();
        Set<OperationId> tooOld = new HashSet<>();
        String refusal = null;
        guard.begin();
        for (Change change : changes) {
            Refusal refused = document.validate(change);
            Limit limit = refused == null ? guard.limitBrokenBy(change) : null;
            if (refused != null) {
                refusal = refused.message();
            } else if (isBehindHorizon(change, tooOld)) {
                tooOld.add(change.id());
                refusal = TOO_OLD;
                reached.add(Limit.HISTORY_HORIZON);
            } else if (limit != null) {
                refusal = DocumentGuard.describe(limit);
                reached.add(limit);
            } else {
                sound.add(change);
            }
        }
        ImportResult result = document.importAll(sound);
        result.applied().forEach(change -> accepted.add(new Accepted(change, origin)));
        for (Refusal refused : result.refused()) {
            refusal = refused.message();
        }
        Map<OperationId, ImportResult.NotReady> notReady = new HashMap<>();
        for (ImportResult.NotReady each : result.notReady()) {
            notReady.put(each.change().id(), each);
            if (heldAside.add(new Accepted(each.change(), origin), each.missing())) {
                reached.add(Limit.HELD_ASIDE);
            }
        }
        releaseHeldAside(accepted, notReady);
        return new Verdict(accepted, !notReady.isEmpty(), refusal, reached);
    }

    /**
     * Whether a change would have to be put among those that a snapshot stands for, where there is no place any more; or
     * builds on such a change, and so could only wait for ever.
     *
     * @param tooOld those of the same frame that are
     */
    private boolean isBehindHorizon(Change change, Set<OperationId> tooOld) {
        if (base == null
                || base.version().covers(change.id())
                || document.history().contains(change.id())) {
            return false;
        }
        return HybridTimestamp.compare(change.clock(), newestCovered) <= 0
                || change.dependencies().stream()
                        .anyMatch(dependency -> tooOld.contains(dependency)
                                || HybridTimestamp.compare(dependency.clock(), newestCovered) <= 0
                                        && !base.version().covers(dependency)
                                        && !document.history().contains(dependency));
    }

    /** Changes that came in now may be what earlier ones waited for, and those again what others did. */
    private void releaseHeldAside(List<Accepted> accepted, Map<OperationId, ImportResult.NotReady> notReady) {
        Deque<OperationId> arrived = new ArrayDeque<>();
        accepted.forEach(each -> arrived.add(each.change().id()));
        while (!arrived.isEmpty() && heldAside.size() > 0) {
            for (Accepted waiting : heldAside.waitingFor(arrived.removeFirst())) {
                ImportResult result = document.importAll(List.of(waiting.change()));
                for (Change applied : result.applied()) {
                    accepted.add(new Accepted(applied, waiting.origin()));
                    notReady.remove(applied.id());
                    arrived.add(applied.id());
                }
                result.notReady().forEach(still -> heldAside.add(waiting, still.missing()));
            }
        }
    }

    @Override
    public long residentBytes() {
        long baseBytes = base == null ? 0 : 2L * base.snapshot().length;
        return document.history().retainedBytes() + heldAside.bytes() + baseBytes;
    }

    @Override
    public Export newerThan(VersionVector since, int bytesMax) {
        List<Change> changes = document.history().newerThan(since, bytesMax);
        return new Export(changes, changes.size() == document.history().countNewerThan(since));
    }

    @Override
    public Base snapshotFor(VersionVector since) {
        return base == null || since.dominates(base.version()) ? null : base;
    }

    @Override
    public void seal(int from, HistoryBlock block) {
        // A block of changes that no encoder would write serves the store only.
        if (block.isIndexed() && from == document.history().sealedSize()) {
            document.history().seal(block);
        }
    }

    @Override
    public int waiting() {
        return heldAside.size();
    }

    @Override
    public int size() {
        return document.history().size();
    }

    @Override
    public Export between(int from, int to, int bytesMax) {
        List<Change> changes = new ArrayList<>();
        long bytes = 0;
        for (int index = from; index < to && bytes < bytesMax; index++) {
            Change change = document.history().get(index);
            changes.add(change);
            bytes += change.encoded().length;
        }
        return new Export(changes, from + changes.size() == to);
    }
}
