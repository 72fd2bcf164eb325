package dev.weft.client.sync;

import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ProblemKind;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.PositionMessage;
import dev.weft.protocol.message.ResumePoint;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;

/** A session of the CRDT-aware mode: catch up after connecting, then pass on local changes and take in remote ones. */
public final class SyncState extends SessionState {
    /*
     * There is no log of unsent edits: the document is the log. What the server lacks is what its version vector does
     * not cover, and every answer of the server carries that vector. So edits made offline, edits lost with a socket
     * and edits a server forgot all go out the same way, with the next answer, and none needs to be remembered here.
     *
     * A change is sent once per session. While a request for the server's state is on its way nothing is sent: the
     * server takes messages in order, so the vector in its answer then tells exactly what it did not take.
     *
     * A server that lets sessions go on from a place in its log is told that place instead of all that we hold, if we have
     * one; if it cannot go on from there, it is asked for its state as after an out-of-sync.
     */
    private final Replica replica;
    private final Outbox outbox;
    private final RecentIds recent;
    private final RequestPacer requests;
    /** What the server holds or was sent in this session. */
    private VersionVector.Builder offered = VersionVector.builder();

    private final Bookmark bookmark = new Bookmark();
    private ResumePoint asked;

    private boolean outOfSync;

    public SyncState(SessionSettings settings, Replica replica, RandomGenerator random) {
        super(settings, random);
        this.replica = replica;
        this.outbox = new Outbox(settings.documentId(), settings.bounds());
        this.recent = new RecentIds(settings.bounds().recentIdsMax());
        this.requests = new RequestPacer(settings.timing().requestTimeout());
    }

    /** The application changed the document. Before the handshake is answered there is nothing to do. */
    public List<Effect> localChange(Change change, long now) {
        if (isLive()) {
            if (mayUpload() && outbox.isEmpty()) {
                sendNow(change);
            } else {
                outbox.add(change);
            }
        }
        return takeEffects();
    }

    /** The application wants the server's state. @return no effects while not connected: the handshake will tell */
    public List<Effect> requestSync(long now) {
        if (isLive()) {
            requestState(now);
        }
        return takeEffects();
    }

    @Override
    protected Message greeting() {
        // What waits for a dependency is not held, although the server has sent it.
        asked = replica.waiting() == 0 ? bookmark.place() : null;
        VersionVector holds = asked == null ? replica.versionVector() : heldBehindPlace();
        return new HandshakeRequest(
                documentId(), replica.peer(), holds, settings().capabilities(), asked);
    }

    private VersionVector heldBehindPlace() {
        HybridTimestamp own = replica.versionVector().get(replica.peer());
        VersionVector received = bookmark.receivedBehindPlace();
        return own == null
                ? received
                : received.toBuilder().update(replica.peer(), own).build();
    }

    @Override
    protected boolean isAnswer(Message message) {
        return message instanceof HandshakeResponse;
    }

    @Override
    protected Session sessionOf(Message answer) {
        HandshakeResponse response = (HandshakeResponse) answer;
        return new Session(response.sessionId(), response.capabilities());
    }

    @Override
    protected void onMessage(Message message, long now) {
        if (message instanceof ChangeMessage change) {
            receiveChanges(List.of(change.change()), now);
        } else if (message instanceof ChangesMessage changes) {
            receiveChanges(changes.changes(), now);
        } else if (message instanceof HandshakeResponse response) {
            if (!isGranted(Capability.ACK)) {
                emit(new Effect.DurabilityUnknown());
            }
            // An answer nobody asked for means that the server began the session anew: what was on its way is lost.
            recent.clear();
            requests.reset();
            receiveAnswer(response, now);
        } else if (message instanceof DocumentStatus state) {
            if (requests.answered()) {
                outOfSync = false;
            }
            receiveState(state.snapshot(), state.changes(), state.versionVector(), now);
        } else if (message instanceof DurableMessage durable) {
            emit(new Effect.EditsDurable(durable.versionVector()));
            publish(new ClientEvent.Durable(durable.versionVector()));
        } else if (message instanceof PositionMessage position) {
            bookmark.reached(position.seq());
        }
        // Everything else is a plugin's, or makes no sense from a server; the reference ignores it too.
    }

    @Override
    protected boolean onOutOfSync(long now) {
        outOfSync = true;
        requestState(now);
        return true;
    }

    @Override
    protected Ping ping(long now) {
        recent.pinged();
        return new Ping(documentId(), now, replica.versionVector());
    }

    @Override
    protected void onPong() {
        recent.ponged();
    }

    @Override
    protected void onWritable(long now) {
        upload();
    }

    @Override
    protected void onDown(long now) {
        outbox.clear();
        recent.clear();
        requests.reset();
        outOfSync = false;
    }

    @Override
    protected void onTick(long now) {
        if (requests.takeIfOverdue(now)) {
            report(
                    ProblemKind.REQUEST_UNANSWERED,
                    "No answer to a status request within " + timing().requestTimeout() + " ms");
            if (outOfSync || replica.waiting() > 0) {
                requests.want();
            }
        }
        sendRequestIfDue(now);
        upload();
    }

    @Override
    protected long ownDeadline() {
        return requests.nextDeadline();
    }

    private void receiveAnswer(HandshakeResponse response, long now) {
        ResumePoint place = asked;
        asked = null;
        if (place == null) {
            bookmark.begin(response.resume(), response.versionVector());
            receiveState(response.snapshot(), response.changes(), response.versionVector(), now);
        } else if (place.equals(response.resume())) {
            receiveState(null, response.changes(), bookmark.serverVersion(response.versionVector()), now);
        } else {
            // It took what we said for all that we hold, or waits for us to say it.
            bookmark.begin(response.resume(), response.versionVector());
            importChanges(response.changes());
            requestState(now);
        }
    }

    private void receiveState(Snapshot snapshot, List<Change> changes, VersionVector serverVersion, long now) {
        if (snapshot != null) {
            adopt(snapshot);
        }
        // Also if the snapshot was refused: the reference ignores both then, and never catches up (spec protocol P6).
        importChanges(changes);
        offered = serverVersion.toBuilder();
        Collection<Change> lacked = lackedByServer(serverVersion);
        if (lacked.stream().anyMatch(change -> !change.author().equals(replica.peer()))) {
            // We hold what others made and no log contains, so a number in the log does not say what we hold.
            bookmark.lose();
        }
        outbox.replace(CausalOrder.sorted(lacked));
        if (replica.waiting() > 0) {
            requests.want();
        } else if (!outOfSync) {
            requests.noLongerWanted();
        }
        sendRequestIfDue(now);
        upload();
    }

    private Collection<Change> lackedByServer(VersionVector serverVersion) {
        return replica.changesNewerThan(serverVersion).stream()
                .filter(change -> !recent.contains(change.id()))
                .toList();
    }

    private void adopt(Snapshot snapshot) {
        switch (replica.adopt(snapshot)) {
            case ADOPTED -> {
                publish(new ClientEvent.SnapshotAdopted(snapshot));
                report(replica.importWaiting());
            }
            case REFUSED -> {
                bookmark.lose();
                report(
                        ProblemKind.SNAPSHOT_NOT_ADOPTED,
                        "The server's snapshot neither covers ours nor is covered by it; only its changes were taken");
            }
            case COVERED -> {}
        }
    }

    private void receiveChanges(List<Change> changes, long now) {
        changes.forEach(change -> recent.add(change.id()));
        importChanges(changes);
        changes.forEach(change -> offered.update(change.id()));
        outbox.remove(changes);
        if (replica.waiting() > 0) {
            requestState(now);
        }
    }

    private void importChanges(List<Change> changes) {
        if (changes.isEmpty()) {
            return;
        }
        bookmark.received(changes);
        report(replica.importChanges(changes));
    }

    private void report(Replica.ImportOutcome outcome) {
        if (!reportImport(outcome)) {
            bookmark.lose();
        }
    }

    private void requestState(long now) {
        requests.want();
        sendRequestIfDue(now);
    }

    private void sendRequestIfDue(long now) {
        if (requests.takeIfDue(now)) {
            // The answer settles what was sent before; what comes in from here on may be missing in its vector.
            recent.clear();
            send(new DocumentStatusRequest(documentId(), replica.versionVector()));
        }
    }

    private boolean mayUpload() {
        return isWritable() && !requests.isOutstanding() && !outOfSync;
    }

    private void sendNow(Change change) {
        if (outbox.isTooLarge(change)) {
            reportTooLarge(change);
        }
        markSent(List.of(change));
        send(new ChangeMessage(documentId(), change));
    }

    /** Sends one message's worth of what the server lacks. The rest follows when the socket has taken it. */
    private void upload() {
        if (!mayUpload()) {
            return;
        }
        if (outbox.needsRefill()) {
            outbox.replace(CausalOrder.sorted(replica.changesNewerThan(offered.build())));
        }
        List<Change> batch = outbox.nextBatch();
        if (batch.isEmpty()) {
            return;
        }
        if (outbox.isLastBatchTooLarge()) {
            reportTooLarge(batch.get(0));
        }
        markSent(batch);
        ChangesMessage message = new ChangesMessage(documentId(), batch);
        if (outbox.isEmpty()) {
            send(message);
        } else {
            sendThenAwaitDrain(message);
        }
    }

    private void markSent(List<Change> changes) {
        for (Change change : changes) {
            offered.update(change.id());
            recent.add(change.id());
        }
    }

    private void reportTooLarge(Change change) {
        report(
                ProblemKind.CHANGE_TOO_LARGE,
                "Change " + change.id() + " of " + change.encoded().length
                        + " bytes exceeds the frame limit on its own");
    }
}
