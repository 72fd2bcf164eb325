package dev.weft.server.relay.host;

import dev.weft.crdt.version.VersionVector;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.bus.LinkMessage.Outcome;
import dev.weft.server.bus.LinkMessage.Result;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.HostEffect;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.document.host.HostedLog;
import dev.weft.server.limits.Limit;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.StoredEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One relay room under its owner (spec protocol 6): a position of the log is the sequence number clients see. */
public final class RelayRoom extends HostedLog {
    /*
     * Numbers are given when a push is taken in and seen by nobody before they are durable, so they rise without a gap
     * and none is ever given twice, whoever owns the room.
     *
     * A push that was stored but whose acknowledgement died with the owner comes again from the ring of its link. The
     * log itself tells that it is known, because each entry carries the name of its push; a snapshot that replaces the
     * entries inherits those names.
     */

    private final RelayLimits relayLimits;
    private final Deque<Numbered> log = new ArrayDeque<>();
    private final Map<PushKey, RelaySnapshot.Outcome> pushes;
    private final Map<String, Long> askedForSnapshot = new HashMap<>();
    private RelaySnapshot snapshot;
    private RelaySnapshot compacting;
    private long logBytes;
    private long askedAtMillis = Long.MIN_VALUE / 2;

    /**
     * @param storedSnapshot as it was stored
     * @param entries the log after it
     * @param lastPosition the last number ever used in the room
     */
    public RelayRoom(
            DocumentKey key,
            long epoch,
            Optional<byte[]> storedSnapshot,
            List<StoredEntry> entries,
            long lastPosition,
            HostLimits limits,
            RelayLimits relayLimits) {
        super(key, epoch, lastPosition, limits);
        this.relayLimits = relayLimits;
        this.pushes = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<PushKey, RelaySnapshot.Outcome> eldest) {
                return size() > relayLimits.rememberedPushes();
            }
        };
        storedSnapshot.ifPresent(stored -> {
            snapshot = RelaySnapshot.decode(stored);
            pushes.putAll(snapshot.pushes());
        });
        for (StoredEntry entry : entries) {
            RelayRecord stored = RelayRecord.decode(entry.blob());
            append(new Numbered(entry.position(), stored.blob(), stored.sessionId()));
            pushes.put(stored.push(), new RelaySnapshot.Outcome(entry.position(), stored.count()));
        }
    }

    private void append(Numbered entry) {
        log.addLast(entry);
        logBytes += entry.blob.length;
    }

    @Override
    public long residentBytes() {
        return logBytes + (snapshot == null ? 0 : snapshot.content().length);
    }

    @Override
    protected Acceptance accept(OwnerMessage.Submit submit, long nowMillis) {
        PushKey push = new PushKey(submit.from(), submit.number());
        int count = submit.blobs().size();
        RelaySnapshot.Outcome known = pushes.get(push);
        if (known != null) {
            return new Acceptance(List.of(), accepted(submit.number(), known.lastSeq(), known.count()));
        }
        long submitted = submit.blobs().stream().mapToLong(blob -> blob.length).sum();
        if (residentBytes() + submitted > limits.documents().bytesMax()) {
            effect(new HostEffect.Reached(Limit.DOCUMENT_BYTES));
            String reason = "The room has reached its largest size";
            return new Acceptance(
                    List.of(), new Result(submit.number(), Outcome.REFUSED, 0, count, log.size(), false, reason));
        }
        List<Appended> entries = new ArrayList<>(count);
        for (byte[] blob : submit.blobs()) {
            byte[] stored = new RelayRecord(push, submit.sessionId(), count, blob).encode();
            entries.add(new Appended(new Entry(blob, submit.sessionId()), stored, entries.size() == count - 1));
        }
        long lastSeq = applied() + count;
        pushes.put(push, new RelaySnapshot.Outcome(lastSeq, count));
        return new Acceptance(entries, accepted(submit.number(), lastSeq, count));
    }

    private static Result accepted(long submit, long lastSeq, int count) {
        return new Result(submit, Outcome.ACCEPTED, lastSeq, count, 0, false, null);
    }

    @Override
    protected Result complete(Result result, String sessionId, long nowMillis) {
        return new Result(
                result.submit(),
                result.outcome(),
                result.lastNumber(),
                result.count(),
                log.size(),
                asksForSnapshot(sessionId, nowMillis),
                result.code(),
                result.reason());
    }

    /** One member at a time, and not too often (spec protocol 6.6). */
    private boolean asksForSnapshot(String sessionId, long nowMillis) {
        if (log.size() <= relayLimits.compactAbove()
                || compacting != null
                || nowMillis - askedAtMillis < relayLimits.askAgainMillis()) {
            return false;
        }
        askedAtMillis = nowMillis;
        askedForSnapshot.clear();
        askedForSnapshot.put(sessionId, nowMillis);
        return true;
    }

    @Override
    protected void durable(long position, Entry entry) {
        append(new Numbered(position, entry.blob(), entry.origin()));
    }

    @Override
    protected Missed missedSince(boolean isSameLog, VersionVector delivered, long deliveredNumber) {
        if (deliveredNumber < snapshotSeq()) {
            return new Missed(List.of(), false);
        }
        List<Entry> entries = new ArrayList<>();
        long bytes = 0;
        for (Numbered each : log) {
            if (each.seq > deliveredNumber) {
                entries.add(new Entry(each.blob, each.sessionId));
                bytes += each.blob.length;
            }
        }
        return bytes > limits.messageBytesMax() ? new Missed(List.of(), false) : new Missed(entries, true);
    }

    @Override
    protected LinkMessage.State state(OwnerMessage.ReadState read, long nowMillis) {
        boolean needsSnapshot = snapshot != null && read.afterNumber() < snapshotSeq();
        long after = needsSnapshot ? snapshotSeq() : read.afterNumber();
        List<byte[]> blobs = new ArrayList<>();
        long bytes = 0;
        for (Numbered each : log) {
            if (each.seq <= after) {
                continue;
            }
            if (!blobs.isEmpty() && bytes + each.blob.length > read.bytesMax()) {
                break;
            }
            blobs.add(each.blob);
            bytes += each.blob.length;
            after = each.seq;
        }
        boolean complete = log.isEmpty() || after >= log.peekLast().seq;
        return new LinkMessage.State(
                key,
                read.from(),
                epoch(),
                read.request(),
                complete ? durablePosition() : after,
                needsSnapshot ? snapshot.content() : null,
                needsSnapshot ? snapshotSeq() : 0,
                blobs,
                log.size(),
                complete && read.afterNumber() == 0 && asksForSnapshot(read.sessionId(), nowMillis),
                VersionVector.EMPTY,
                complete,
                continuesFrom(read.afterNumber()),
                fork());
    }

    /** Whether all entries behind this number are here: a room that was deleted counts on, and begins with none of them. */
    private boolean continuesFrom(long number) {
        return number <= durablePosition()
                && (number == snapshotSeq() || !log.isEmpty() && log.peekFirst().seq <= number);
    }

    /** Only from a member that was asked, only forward, only over what is durable; anything else is dropped (P23). */
    @Override
    protected void upload(OwnerMessage.Upload upload, long nowMillis) {
        boolean wasAsked = askedForSnapshot.remove(upload.sessionId()) != null;
        if (!wasAsked
                || compacting != null
                || upload.upToNumber() <= snapshotSeq()
                || upload.upToNumber() > durablePosition()) {
            report("Dropped a snapshot of " + upload.sessionId() + " up to " + upload.upToNumber());
            return;
        }
        Map<PushKey, RelaySnapshot.Outcome> covered = new LinkedHashMap<>();
        pushes.forEach((push, outcome) -> {
            if (outcome.lastSeq() <= upload.upToNumber()) {
                covered.put(push, outcome);
            }
        });
        compacting = new RelaySnapshot(upload.snapshot(), upload.upToNumber(), covered);
        effect(new HostEffect.Compact(compacting.encode(), upload.upToNumber(), upload.sessionId()));
    }

    @Override
    public List<HostEffect> compacted(long upToPosition, boolean succeeded) {
        if (succeeded) {
            snapshot = compacting;
            while (!log.isEmpty() && log.peekFirst().seq <= upToPosition) {
                logBytes -= log.removeFirst().blob.length;
            }
            snapshotCreated(upToPosition);
            report("Snapshot up to " + upToPosition);
        }
        compacting = null;
        return takeEffects();
    }

    private long snapshotSeq() {
        return snapshot == null ? 0 : snapshot.upToSeq();
    }

    /** Members live by numbers, and a number that was told must be in the store. */
    @Override
    protected boolean mayTellAhead() {
        return false;
    }

    @Override
    protected void told(Entry entry) {
        // It is in the log since it is durable.
    }

    @Override
    protected VersionVector version() {
        return VersionVector.EMPTY;
    }

    @Override
    protected VersionVector durableVersion() {
        return VersionVector.EMPTY;
    }

    private record Numbered(long seq, byte[] blob, String sessionId) {}
}
