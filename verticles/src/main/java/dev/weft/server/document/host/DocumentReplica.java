package dev.weft.server.document.host;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.ImportResult;
import dev.weft.crdt.document.Refusal;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.limits.Limit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A replica on a document without handler objects: carries and checks every type, interprets none. */
public final class DocumentReplica implements Replica {
    private final Document document;
    private final HeldAside heldAside;
    private final DocumentGuard guard;

    public DocumentReplica(Document document, HostLimits limits, WallClock wallClock) {
        this.document = document;
        this.heldAside = new HeldAside(limits.heldAsideMax());
        this.guard = new DocumentGuard(document, limits.documents(), wallClock);
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
        String refusal = null;
        guard.begin();
        for (Change change : changes) {
            Refusal refused = document.validate(change);
            Limit limit = refused == null ? guard.limitBrokenBy(change) : null;
            if (refused != null) {
                refusal = refused.message();
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
            heldAside.add(new Accepted(each.change(), origin), each.missing());
        }
        releaseHeldAside(accepted, notReady);
        return new Verdict(accepted, !notReady.isEmpty(), refusal, reached);
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
        return document.history().retainedBytes() + heldAside.bytes();
    }

    @Override
    public Export newerThan(VersionVector since, int bytesMax) {
        List<Change> changes = document.history().newerThan(since, bytesMax);
        return new Export(changes, changes.size() == document.history().countNewerThan(since));
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
