package dev.weft.server.document.host;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.history.HistoryBlock;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.bus.LinkMessage.Outcome;
import dev.weft.server.bus.LinkMessage.Result;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.Replica.Accepted;
import dev.weft.server.document.host.Replica.Verdict;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;

/** One aware document under its owner: each log entry is a change that its replica has applied. */
public final class HostedDocument extends HostedLog {
    private final Replica replica;

    /** What the replica has applied and nobody was told of; in the order of the log. */
    private final LinkedHashSet<OperationId> untold = new LinkedHashSet<>();

    /** What the replica has applied and the store has not confirmed; in the order of the log. */
    private final Deque<OperationId> unconfirmed = new ArrayDeque<>();

    private final VersionVector.Builder told;
    private final VersionVector.Builder confirmed;

    /** The log up to here is a snapshot. */
    private final long coveredUpTo;

    /** Whether each position of the log behind the snapshot is one change of the replica. */
    private final boolean isWholeLog;

    /**
     * @param coveredUpTo up to which position a snapshot stands for the log; 0 without one
     * @param lastPosition the last position in the log the replica was loaded from
     */
    public HostedDocument(
            DocumentKey key, long epoch, Replica replica, long coveredUpTo, long lastPosition, HostLimits limits) {
        super(key, epoch, lastPosition, limits);
        this.replica = replica;
        this.told = replica.version().toBuilder();
        this.confirmed = replica.version().toBuilder();
        this.coveredUpTo = coveredUpTo;
        this.isWholeLog = replica.size() == lastPosition - coveredUpTo;
    }

    @Override
    public int heldAside() {
        return replica.waiting();
    }

    @Override
    protected Acceptance accept(OwnerMessage.Submit submit, long nowMillis) {
        List<Change> changes = new ArrayList<>(submit.blobs().size());
        try {
            submit.blobs().forEach(blob -> changes.add(Change.decode(blob)));
        } catch (CrdtFormatException e) {
            // The gateway decodes before it submits, so this is a gateway of another version or a fault of ours.
            return new Acceptance(List.of(), result(submit, Outcome.REFUSED, e.getMessage()));
        }
        Verdict verdict = replica.accept(changes, submit.sessionId(), nowMillis);
        verdict.reached().forEach(limit -> effect(new HostEffect.Reached(limit)));
        List<Appended> entries = new ArrayList<>(verdict.accepted().size());
        for (Accepted accepted : verdict.accepted()) {
            byte[] encoded = accepted.change().encoded();
            untold.add(accepted.change().id());
            unconfirmed.addLast(accepted.change().id());
            // Changes stand for themselves, so any number of them may become durable together.
            entries.add(new Appended(new Entry(encoded, accepted.origin()), encoded, true));
        }
        if (verdict.refusal() != null) {
            return new Acceptance(entries, result(submit, Outcome.REFUSED, verdict.refusal()));
        }
        return new Acceptance(entries, result(submit, verdict.notReady() ? Outcome.NOT_READY : Outcome.ACCEPTED, null));
    }

    @Override
    public long residentBytes() {
        return replica.residentBytes();
    }

    private static Result result(OwnerMessage.Submit submit, Outcome outcome, String reason) {
        return new Result(submit.number(), outcome, 0, submit.blobs().size(), 0, false, reason);
    }

    @Override
    protected Result complete(Result result, String sessionId, long nowMillis) {
        return result;
    }

    @Override
    protected Missed missedSince(boolean isSameLog, VersionVector delivered, long deliveredNumber) {
        // A vector cannot tell that a change is missing below a newer one of the same author; a position can.
        boolean byPosition =
                isSameLog && isWholeLog && deliveredNumber >= coveredUpTo && deliveredNumber <= toldPosition();
        if (!byPosition && replica.snapshotFor(delivered) != null) {
            // Sessions that lack more than changes can tell are each given a state.
            return new Missed(List.of(), false);
        }
        Replica.Export export = byPosition
                ? replica.between(
                        (int) (deliveredNumber - coveredUpTo),
                        (int) (toldPosition() - coveredUpTo),
                        limits.messageBytesMax())
                : toldNewerThan(delivered, limits.messageBytesMax());
        List<Entry> entries = new ArrayList<>(export.changes().size());
        export.changes().forEach(change -> entries.add(new Entry(change.encoded(), null)));
        return new Missed(entries, export.complete());
    }

    private Replica.Export toldNewerThan(VersionVector since, int bytesMax) {
        Replica.Export export = replica.newerThan(since, bytesMax);
        List<Change> changes = new ArrayList<>(export.changes());
        boolean reachesUntold = changes.removeIf(change -> untold.contains(change.id()));
        // What is not told is the end of the log, so nothing that is can lie behind it.
        return new Replica.Export(changes, export.complete() || reachesUntold);
    }

    @Override
    protected LinkMessage.State state(OwnerMessage.ReadState read, long nowMillis) {
        int bytesMax = Math.min(read.bytesMax(), limits.messageBytesMax());
        return read.afterNumber() > 0 ? stateByNumber(read, bytesMax) : stateByVersion(read, bytesMax);
    }

    private LinkMessage.State stateByVersion(OwnerMessage.ReadState read, int bytesMax) {
        VersionVector since = read.since() == null ? VersionVector.EMPTY : read.since();
        Replica.Base base = replica.snapshotFor(since);
        if (base != null) {
            since = since.merged(base.version());
        }
        Replica.Export export = toldNewerThan(since, bytesMax);
        return stateOf(read, toldPosition(), base == null ? null : base.snapshot(), export, true);
    }

    private LinkMessage.State stateByNumber(OwnerMessage.ReadState read, int bytesMax) {
        long after = read.afterNumber();
        if (!isWholeLog || after < coveredUpTo || after > toldPosition()) {
            return stateOf(read, toldPosition(), null, new Replica.Export(List.of(), true), false);
        }
        Replica.Export export =
                replica.between((int) (after - coveredUpTo), (int) (toldPosition() - coveredUpTo), bytesMax);
        return stateOf(read, after + export.changes().size(), null, export, true);
    }

    private LinkMessage.State stateOf(
            OwnerMessage.ReadState read, long number, byte[] snapshot, Replica.Export export, boolean continues) {
        List<byte[]> blobs = new ArrayList<>(export.changes().size());
        export.changes().forEach(change -> blobs.add(change.encoded()));
        return new LinkMessage.State(
                key,
                read.from(),
                epoch(),
                read.request(),
                number,
                snapshot,
                0,
                blobs,
                0,
                false,
                version(),
                export.complete(),
                continues,
                fork());
    }

    @Override
    public void packed(long firstPosition, HistoryBlock block) {
        if (isWholeLog && firstPosition > coveredUpTo) {
            replica.seal((int) (firstPosition - 1 - coveredUpTo), block);
        }
    }

    @Override
    protected void upload(OwnerMessage.Upload upload, long nowMillis) {
        report("An aware document got a relay snapshot from " + upload.from());
    }

    @Override
    public List<HostEffect> compacted(long upToPosition, boolean succeeded) {
        throw new AssertionError("An aware document has not asked for compaction");
    }

    @Override
    protected boolean mayTellAhead() {
        return true;
    }

    @Override
    protected VersionVector version() {
        return told.build();
    }

    @Override
    protected VersionVector durableVersion() {
        return confirmed.build();
    }

    @Override
    protected void durable(long position, Entry entry) {
        confirmed.update(unconfirmed.removeFirst());
    }

    @Override
    protected void told(Entry entry) {
        OperationId id = untold.iterator().next();
        untold.remove(id);
        told.update(id);
    }
}
