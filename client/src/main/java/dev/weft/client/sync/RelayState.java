package dev.weft.client.sync;

import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ProblemKind;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.StateRequest;
import dev.weft.protocol.message.Welcome;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** A session of the relay mode: the server keeps a log of blobs, and everything else is up to its members. */
public final class RelayState extends SessionState {
    /*
     * As in the aware mode the document is the truth. Every welcome says what the room holds, so the queue is made
     * anew from what the room lacks: an edit whose acknowledgement was lost is not pushed twice, which would spoil the
     * room for members that cannot read a log with repeats (spec protocol P20), and an edit a relay forgot is pushed
     * again, whoever made it (P22). The queue between two welcomes only saves asking.
     *
     * A snapshot is uploaded only while we hold exactly what the log holds: nothing queued, nothing in flight, nothing
     * skipped, no gap. Anything else would delete or hide somebody's edits for good (P21, P25).
     *
     * A relay that lets sessions go on is told the number up to which we hold its log, and welcomes us with what lies
     * behind it. Of what lies before, the room lacks nothing that the queue does not have.
     */
    /** Another member may answer for a change that is not ours, or for a gap; this long it gets the chance. */
    private static final long GRACE_MILLIS = 2_000;

    /** The relay asks somebody else after this long. */
    private static final long COMPACTION_MILLIS = 30_000;

    private static final long NEVER = Long.MAX_VALUE;

    private final Replica replica;
    private final RandomGenerator random;
    private final PushQueue queue;
    private final SeqWindow window = new SeqWindow();
    private final RecentIds sinceRequest;
    private final RequestPacer requests;
    private boolean skippedSomething;

    /** The log in which the numbers of the window count; null if the relay offers no going on. */
    private String log;

    private ResumePoint asked;
    private long pushDueAt = NEVER;
    private long heldUntil = Long.MIN_VALUE;
    private long incompleteSince = NEVER;
    private long compactUntil = Long.MIN_VALUE;

    public RelayState(SessionSettings settings, Replica replica, RandomGenerator random) {
        super(settings, random);
        this.replica = replica;
        this.random = random;
        this.queue = new PushQueue(settings.documentId(), settings.bounds());
        this.sinceRequest = new RecentIds(settings.bounds().recentIdsMax());
        this.requests = new RequestPacer(settings.timing().requestTimeout());
    }

    /** Takes back a queue that outlived its program. What the document lacks of it becomes part of it. */
    public List<Effect> restore(List<String> blobs, long now) {
        RoomContent content = RoomContent.read(null, blobs);
        reportMalformed(content);
        importChanges(content.changes());
        return takeEffects();
    }

    /** The application changed the document. */
    public List<Effect> localChange(Change change, long now) {
        if (queue.add(change)) {
            emit(new Effect.QueueAppended(PushQueue.blobsOf(List.of(change))));
        }
        push(now);
        return takeEffects();
    }

    /** The application wants the room's state. Nothing while not connected: connecting asks anyway. */
    public List<Effect> requestSync(long now) {
        if (isLive()) {
            requests.want();
            proceed(now);
        }
        return takeEffects();
    }

    /** Edits the room has not acknowledged. */
    public int pendingChanges() {
        return queue.size();
    }

    /** The number up to which we hold the room's log without a gap. */
    public long lastKnownSeq() {
        return window.maxContiguous();
    }

    @Override
    protected Message greeting() {
        sinceRequest.clear();
        boolean holdsAll = log != null
                && !skippedSomething
                && !window.hasGap()
                && replica.waiting() == 0
                && window.maxContiguous() > 0
                && !queue.isOverflowed();
        asked = holdsAll ? new ResumePoint(log, window.maxContiguous()) : null;
        return new Hello(documentId(), replica.peer(), settings().capabilities(), asked);
    }

    @Override
    protected boolean isAnswer(Message message) {
        return message instanceof Welcome;
    }

    @Override
    protected Session sessionOf(Message answer) {
        Welcome welcome = (Welcome) answer;
        return new Session(welcome.sessionId(), welcome.capabilities());
    }

    @Override
    protected void onMessage(Message message, long now) {
        if (message instanceof Welcome welcome) {
            onWelcome(welcome, now);
        } else if (message instanceof RelayChanges changes) {
            onChanges(changes);
        } else if (message instanceof Ack ack) {
            onAck(ack, now);
        } else {
            return;
        }
        proceed(now);
    }

    private void onWelcome(Welcome welcome, long now) {
        requests.answered();
        boolean goesOn = asked != null && asked.equals(welcome.resume());
        asked = null;
        log = welcome.resume() == null ? null : welcome.resume().log();
        if (welcome.seq() < window.maxContiguous()) {
            report(
                    ProblemKind.SEQUENCE_RESET,
                    "The room counts to " + welcome.seq() + " and did count to " + window.maxContiguous());
            window.reset(welcome.seq());
        }
        RoomContent content = RoomContent.read(welcome.snapshot(), welcome.changes());
        skippedSomething = content.malformed() > 0;
        reportMalformed(content);
        if (content.snapshot() != null) {
            adopt(content);
        }
        importChanges(content.changes());
        window.holdUpTo(welcome.seq());
        if (goesOn) {
            keepWhatTheRoomLacks(content);
        } else {
            queueWhatTheRoomLacks(content, now);
        }
        wantCompaction(welcome.compact(), now);
    }

    /** Nothing but the queue was ever missing in the room, and some of it may have arrived before the connection went. */
    private void keepWhatTheRoomLacks(RoomContent since) {
        heldUntil = Long.MIN_VALUE;
        pushDueAt = NEVER;
        if (queue.removeWaiting(since.changeIds())) {
            emit(new Effect.QueueReplaced(queue.blobs()));
        }
        emitDurable(queue.changes());
    }

    private void adopt(RoomContent content) {
        switch (replica.adopt(content.snapshot())) {
            case ADOPTED -> {
                publish(new ClientEvent.SnapshotAdopted(content.snapshot()));
                skippedSomething |= !reportImport(replica.importWaiting());
            }
            case REFUSED -> {
                skippedSomething = true;
                report(
                        ProblemKind.SNAPSHOT_NOT_ADOPTED,
                        "The room's snapshot neither covers ours nor is covered by it; only its changes were taken");
            }
            case COVERED -> {}
        }
    }

    private void queueWhatTheRoomLacks(RoomContent room, long now) {
        Set<OperationId> held = room.changeIds();
        List<Change> lacking = CausalOrder.sorted(replica.changesNewerThan(room.snapshotVector()).stream()
                .filter(change -> !held.contains(change.id()) && !sinceRequest.contains(change.id()))
                .toList());
        boolean foreign = lacking.stream().anyMatch(change -> !change.author().equals(replica.peer()));
        // Every member notices that the room lost something. They must not all bring it back in the same moment.
        heldUntil = foreign ? now + random.nextLong(GRACE_MILLIS) : Long.MIN_VALUE;
        pushDueAt = NEVER;
        queue.replace(lacking);
        emit(new Effect.QueueReplaced(queue.blobs()));
        emitDurable(lacking);
    }

    /** Own edits are stamped in order, so all before the first one the room lacks are in the room. */
    private void emitDurable(List<Change> lacking) {
        HybridTimestamp newest = replica.versionVector().get(replica.peer());
        if (newest == null) {
            return;
        }
        long clock = lacking.stream()
                .filter(change -> change.author().equals(replica.peer()))
                .findFirst()
                .map(first -> first.clock() - 1)
                .orElse(newest.packed());
        emitDurable(clock);
    }

    private void emitDurable(long clock) {
        VersionVector durable =
                VersionVector.builder().update(replica.peer(), clock).build();
        emit(new Effect.EditsDurable(durable));
        publish(new ClientEvent.Durable(durable));
    }

    private void onChanges(RelayChanges message) {
        RoomContent content = RoomContent.read(null, message.changes());
        skippedSomething |= content.malformed() > 0;
        reportMalformed(content);
        content.changes().forEach(change -> sinceRequest.add(change.id()));
        importChanges(content.changes());
        window.hold(message.seq() - message.changes().size(), message.seq());
        if (queue.size() > queue.inFlight() && queue.removeWaiting(content.changeIds())) {
            emit(new Effect.QueueReplaced(queue.blobs()));
        }
    }

    private void onAck(Ack ack, long now) {
        List<Change> stored = queue.acknowledge(ack.count());
        pushDueAt = NEVER;
        window.hold(ack.seq() - ack.count(), ack.seq());
        if (!stored.isEmpty()) {
            emit(new Effect.QueueDropped(stored.size()));
            stored.stream()
                    .filter(change -> change.author().equals(replica.peer()))
                    .mapToLong(Change::clock)
                    .reduce((first, last) -> last)
                    .ifPresent(this::emitDurable);
        }
        wantCompaction(ack.compact(), now);
    }

    @Override
    protected boolean onOutOfSync(long now) {
        return false;
    }

    @Override
    protected Ping ping(long now) {
        return new Ping(documentId(), now, null);
    }

    @Override
    protected void onWritable(long now) {
        proceed(now);
    }

    @Override
    protected void onDown(long now) {
        queue.interrupt();
        requests.reset();
        pushDueAt = NEVER;
        incompleteSince = NEVER;
        compactUntil = Long.MIN_VALUE;
    }

    @Override
    protected void onTick(long now) {
        if (now >= pushDueAt) {
            // Its pongs come, its acknowledgement does not: this session will never store anything again.
            giveUp(
                    ProblemKind.REQUEST_UNANSWERED,
                    "A push was not acknowledged within " + timing().pongTimeout() + " ms",
                    now);
            return;
        }
        if (requests.takeIfOverdue(now)) {
            report(
                    ProblemKind.REQUEST_UNANSWERED,
                    "No answer to a state request within " + timing().requestTimeout() + " ms");
        }
        proceed(now);
    }

    @Override
    protected long ownDeadline() {
        long deadline = pushDueAt;
        if (requests.isOutstanding() || queue.inFlight() == 0) {
            deadline = Math.min(deadline, requests.nextDeadline());
        }
        if (heldUntil != Long.MIN_VALUE && !queue.isEmpty() && queue.inFlight() == 0) {
            deadline = Math.min(deadline, heldUntil);
        }
        return incompleteSince == NEVER ? deadline : Math.min(deadline, incompleteSince + GRACE_MILLIS);
    }

    private void proceed(long now) {
        noticeGaps(now);
        if (heldUntil != Long.MIN_VALUE && now >= heldUntil) {
            heldUntil = Long.MIN_VALUE;
        }
        if (queue.needsRefill() && queue.inFlight() == 0) {
            requests.want();
        }
        // Not while a push is in flight: the welcome would not show whether it was stored.
        if (queue.inFlight() == 0 && requests.takeIfDue(now)) {
            sinceRequest.clear();
            send(new StateRequest(documentId()));
        }
        push(now);
        uploadSnapshot(now);
    }

    /** What comes over two ways may come in any order for a moment; what is still missing then has to be asked for. */
    private void noticeGaps(long now) {
        if (!window.hasGap() && replica.waiting() == 0) {
            incompleteSince = NEVER;
        } else if (incompleteSince == NEVER) {
            incompleteSince = now;
        } else if (now >= incompleteSince + GRACE_MILLIS) {
            incompleteSince = now;
            requests.want();
        }
    }

    private void push(long now) {
        boolean mayPush =
                isWritable() && queue.inFlight() == 0 && !requests.isOutstanding() && heldUntil == Long.MIN_VALUE;
        if (!mayPush || queue.size() == 0) {
            return;
        }
        List<Change> changes = queue.nextPush();
        if (queue.isLastPushTooLarge()) {
            report(
                    ProblemKind.CHANGE_TOO_LARGE,
                    "Change " + changes.get(0).id() + " exceeds the frame limit on its own");
        }
        pushDueAt = now + timing().pongTimeout();
        send(new Push(documentId(), PushQueue.blobsOf(changes)));
    }

    private void wantCompaction(boolean asked, long now) {
        if (asked) {
            compactUntil = now + COMPACTION_MILLIS;
        }
    }

    private void uploadSnapshot(long now) {
        boolean complete = queue.isEmpty()
                && !requests.isPending()
                && !window.hasGap()
                && !skippedSomething
                && replica.waiting() == 0;
        if (now >= compactUntil || !isWritable() || !complete || window.maxContiguous() <= 0) {
            return;
        }
        compactUntil = Long.MIN_VALUE;
        byte[] snapshot = replica.takeSnapshot().encode();
        if (FrameBudget.base64Bytes(snapshot.length) > settings().bounds().snapshotBytesMax()) {
            report(ProblemKind.SNAPSHOT_TOO_LARGE, "A snapshot of " + snapshot.length + " bytes was not uploaded");
            return;
        }
        String blob = Base64.getEncoder().encodeToString(snapshot);
        send(new SnapshotUpload(documentId(), blob, window.maxContiguous()));
    }

    private void importChanges(List<Change> changes) {
        if (changes.isEmpty()) {
            return;
        }
        skippedSomething |= !reportImport(replica.importChanges(changes));
    }

    private void reportMalformed(RoomContent content) {
        if (content.malformed() > 0) {
            report(ProblemKind.MALFORMED_BLOB, content.malformed() + " blobs of the room could not be read");
        }
    }
}
