package dev.weft.server.link;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.bus.LinkMessage.Outcome;
import dev.weft.server.link.AwareSession.Reply;
import dev.weft.server.link.LinkSession.State;
import dev.weft.server.link.RecentEntries.Numbered;
import dev.weft.server.link.ReplayRing.Submission;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The sessions of one gateway on one aware document (spec protocol 4 and 13.1). */
public final class AwareLink extends SessionLink<AwareSession> {
    /*
     * A session is told what it lacks, and then every broadcast exactly once. The hinge between the two is a number: the
     * state that completes a session's catch-up names the last broadcast it contains, and the session goes live right
     * behind it. While it catches up, broadcasts pass it by; those that are newer than its state are replayed from a
     * small buffer when it goes live, or, if that no longer reaches back, it asks for one more part.
     *
     * While a session is not live its link keeps a version vector of what the client holds: what it said it has, what it
     * was sent, what it submitted. Every part is asked for with that vector, so no part repeats another and no client is
     * sent its own changes. A live session needs no vector of its own.
     *
     * A session that goes on where an earlier one stood is caught up by number instead: its vector then covers only what
     * the client holds besides. If numbers mean something else by now, it is told to say what it holds.
     *
     * What is not durable may be lost with its owner. The link then forgets that it delivered it, and gets it again if it
     * was not lost; sessions keep in mind by vector that they hold it. No client is told a number before all that it holds
     * is durable, so a number never speaks for what may be lost.
     */

    /** Extensions a session is granted when it asks. */
    private static final Set<String> GRANTED = Set.of(Capability.ACK, Capability.BATCH, Capability.RESUME);

    private final DeliveredChanges delivered;
    private final ChangeIntake intake;
    private final AwareAnswers answers;
    private final DurabilityNotices durability;
    private final OutOfSyncNotices outOfSync;

    public AwareLink(DocumentKey key, LinkAddress self, boolean create, LinkLimits limits) {
        super(key, self, create, limits);
        this.delivered = new DeliveredChanges(limits);
        this.answers = new AwareAnswers(key.id(), numbers, plugins, output);
        this.durability = new DurabilityNotices(key.id(), sessions.values(), numbers, delivered.durablePart(), output);
        this.outOfSync = new OutOfSyncNotices(key.id(), limits, output);
        this.intake = new ChangeIntake(delivered, durability, submissions);
    }

    @Override
    public long recentBytes() {
        return delivered.recent().bytes();
    }

    @Override
    public boolean hasDelivered(Change change) {
        return delivered.cover(change);
    }

    @Override
    Set<String> followers() {
        Set<String> followers = new LinkedHashSet<>();
        sessions.values().forEach(session -> {
            if (session.isIntroduced() && session.reply == Reply.NONE) {
                followers.add(session.id);
            }
        });
        return followers;
    }

    @Override
    boolean needsOwner() {
        return sessions.values().stream().anyMatch(AwareSession::isIntroduced);
    }

    @Override
    VersionVector deliveredVersion() {
        return delivered.version();
    }

    // From clients.

    @Override
    public void receive(String sessionId, Message message, long nowMillis) {
        AwareSession session = sessions.get(sessionId);
        if (session == null) {
            if (isFullFor(sessionId)) {
                return;
            }
            session = new AwareSession(sessionId);
            sessions.put(sessionId, session);
        }
        if (message instanceof ChangeMessage change) {
            recognise(session, change.change());
            changes(session, List.of(change.change()), nowMillis);
        } else if (message instanceof ChangesMessage changes) {
            changes(session, changes.changes(), nowMillis);
        } else if (message instanceof Ping ping) {
            ping(session, ping, nowMillis);
        } else if (message instanceof HandshakeRequest handshake) {
            handshake(session, handshake, nowMillis);
        } else if (message instanceof DocumentStatusRequest status) {
            statusRequest(session, status, nowMillis);
        } else if (message instanceof PluginMessage pluginMessage) {
            plugins.message(session.id, pluginMessage, nowMillis);
            requireIntroduced(session, nowMillis);
        }
        // Everything else is what servers say to clients, and means nothing here.
    }

    /**
     * Who came back without a handshake has not said who it is. A single change that nobody has seen is its own: stock
     * clients send one for each edit, and otherwise only echoes of what this link has passed on.
     */
    private void recognise(AwareSession session, Change change) {
        if (session.author == null && session.isLive() && !hasDelivered(change)) {
            session.author = change.author();
        }
    }

    private void changes(AwareSession session, List<Change> changes, long nowMillis) {
        // A stock client whose socket died comes back like this. It answers with what it has, and sends this again.
        if (requireIntroduced(session, nowMillis)) {
            intake.take(session, changes, nowMillis);
        }
    }

    /** Whether the session has said what it holds; if not, it is asked. */
    private boolean requireIntroduced(AwareSession session, long nowMillis) {
        if (!session.isIntroduced()) {
            outOfSync.tell(session, "Say first what you have", nowMillis);
        }
        return session.isIntroduced();
    }

    private void handshake(AwareSession session, HandshakeRequest handshake, long nowMillis) {
        session.grant(GRANTED, handshake.capabilities());
        session.author = handshake.author();
        session.resume = session.placeToGoOnFrom(handshake.resume());
        open(session, Reply.HANDSHAKE, handshake.versionVector(), nowMillis);
    }

    private void statusRequest(AwareSession session, DocumentStatusRequest request, long nowMillis) {
        VersionVector holds = request.versionVector() == null ? VersionVector.EMPTY : request.versionVector();
        if (session.state == State.OPENING) {
            // One answer serves them all; a handshake that waits stays a handshake.
            session.held.updateAll(holds);
            return;
        }
        session.resume = null;
        open(session, Reply.STATUS, holds, nowMillis);
    }

    private void open(AwareSession session, Reply reply, VersionVector holds, long nowMillis) {
        session.rememberGiven(numbers.last());
        session.reply = reply;
        session.held = holds.toBuilder();
        session.pings.clientCatchesUp();
        session.resyncAtMillis = -1;
        begin(session, nowMillis);
    }

    @Override
    void readStateFor(AwareSession session) {
        ResumePoint from = session.resume;
        if (from == null) {
            owner.readState(session, session.held.build(), 0, limits.partBytesMax());
        } else if (!from.log().equals(numbers.log())
                || from.after() > Math.max(delivered.durablePart().mark(), session.givenUpTo)) {
            startOver(session);
        } else {
            owner.readState(session, null, from.after(), limits.partBytesMax());
        }
    }

    /** What lies before the place it went on from is not known here any more, so it has to say what it holds. */
    private void startOver(AwareSession session) {
        forgetRequest(session);
        session.resume = null;
        session.state = State.UNINTRODUCED;
        if (session.reply == Reply.HANDSHAKE) {
            session.givenUpTo = numbers.last();
            answers.answer(session, null, List.of(), delivered.version());
        } else {
            outOfSync.tellAnyway(session, "Your place in the log is gone");
        }
    }

    private void ping(AwareSession session, Ping ping, long nowMillis) {
        if (!requireIntroduced(session, nowMillis)) {
            return;
        }
        durability.tellPosition(session);
        if (session.isLive() && ping.versionVector() != null) {
            VersionVector document = delivered.version();
            VersionVector holds = session.withOwnPartOf(document, ping.versionVector());
            switch (session.pings.compare(document, holds)) {
                case ON_THE_WAY_TO_THE_DOCUMENT ->
                    outOfSync.tell(session, "The document lacks changes of yours", nowMillis);
                case ON_THE_WAY_TO_THE_CLIENT -> catchUp(session, holds, nowMillis);
                case NOTHING -> {}
            }
        }
    }

    private void catchUp(AwareSession session, VersionVector holds, long nowMillis) {
        session.rememberGiven(numbers.last());
        session.state = State.CATCHING_UP;
        session.reply = Reply.NONE;
        session.resume = null;
        session.held = session.heldAt(holds);
        if (owner.isAttached() && !session.isCongested) {
            askForState(session, nowMillis);
        }
    }

    @Override
    void beginsToLag(AwareSession session) {
        session.givenUpTo = Math.max(session.givenUpTo, numbers.last());
        session.held = session.heldAt(session.heldWhileLive(delivered.version()));
    }

    // From the owner.

    @Override
    void stateRead(LinkMessage.State state, long nowMillis) {
        durable(state.durable());
        AwareSession session = answeredBy(state.request());
        if (session == null) {
            return;
        }
        if (session.resume != null && !state.continues()) {
            startOver(session);
            return;
        }
        Snapshot snapshot = state.snapshot() == null ? null : Snapshot.decode(state.snapshot());
        List<Change> changes = session.receives(state, snapshot);
        boolean isAnswer = session.reply != Reply.NONE;
        answers.answer(session, snapshot, changes, state.version());
        if (isAnswer) {
            durability.confirmWhatIsDurable(session, state);
        }
        session.movesOnBehind(state);
        if (!state.complete()) {
            session.state = State.CATCHING_UP;
            if (!session.isCongested) {
                askForState(session, nowMillis);
            }
            return;
        }
        goLive(session, state.number(), nowMillis);
    }

    @Override
    void durable(long number) {
        delivered.durablePart().durable(number);
        durability.tellWhoWaits();
    }

    private void goLive(AwareSession session, long stateNumber, long nowMillis) {
        if (session.isCongested) {
            session.state = State.LAGGING;
            return;
        }
        if (!delivered.recent().reachesBackTo(stateNumber, numbers.last())) {
            session.state = State.CATCHING_UP;
            askForState(session, nowMillis);
            return;
        }
        session.state = State.LIVE;
        session.liveAfter = stateNumber;
        for (Numbered numbered : delivered.recent().after(stateNumber)) {
            if (!session.id.equals(numbered.origin()) && session.takes(numbered.change())) {
                output.toSession(session.id, new ChangeMessage(key.id(), numbered.change()));
            }
        }
        session.forgetHeldIfIn(delivered);
        durability.tellPosition(session);
    }

    @Override
    void attaching(boolean numbersAreVoid) {
        if (!numbersAreVoid) {
            return;
        }
        for (AwareSession session : sessions.values()) {
            if (session.isLive() && session.held != null) {
                // Its state is ahead of the link by changes whose numbers are void now; its vector tells them apart.
                session.state = State.CATCHING_UP;
            }
            session.liveAfter = 0;
        }
    }

    @Override
    void logChanged() {
        delivered.logChanged();
    }

    @Override
    long keepDurable() {
        DurablePart durablePart = delivered.durablePart();
        for (AwareSession session : sessions.values()) {
            session.rememberGiven(numbers.last());
            if (session.givenUpTo > durablePart.mark()) {
                keepInMind(session);
            }
            session.givenUpTo = 0;
        }
        delivered.goBackToDurable(numbers.last());
        return durablePart.number();
    }

    /** The session holds what may have been lost with its owner. */
    private void keepInMind(AwareSession session) {
        session.holdsLost = true;
        if (session.isLive()) {
            session.held = session.heldAt(session.heldWhileLive(delivered.version()));
            session.liveAfter = 0;
        } else if (session.resume != null && session.reply == Reply.NONE) {
            // It was given a part by number, and the numbers behind it may mean something else now.
            startOver(session);
        }
    }

    @Override
    List<Entry> undelivered(List<Entry> entries, long number) {
        return delivered.notAmong(entries);
    }

    @Override
    void deliver(List<Entry> entries, long number, long nowMillis) {
        BroadcastDelivery delivery = new BroadcastDelivery(key.id(), entries.size() > 1, output);
        delivered.add(entries, number).forEach(numbered -> delivery.passOn(numbered, sessions.values()));
        delivery.passOnBatches();
        sessions.values().stream().filter(AwareSession::isLive).forEach(session -> session.forgetHeldIfIn(delivered));
        durability.tellWhoWaits();
    }

    @Override
    void answered(Submission submission, LinkMessage.Result result, long nowMillis) {
        AwareSession session = sessions.get(submission.sessionId());
        if (session == null) {
            return;
        }
        // An echo is known to the owner and does not come again.
        session.forgetOwnIn(delivered);
        if (result == null) {
            return;
        }
        if (result.outcome() == Outcome.NOT_READY) {
            outOfSync.tell(session, "Client is out of sync. Please re-sync.", nowMillis);
        } else if (result.outcome() == Outcome.REFUSED) {
            output.toSession(session.id, result.refusal(key.id()));
            output.report(session.id, "refused: " + result.reason());
        } else if (session.grants(Capability.ACK)) {
            VersionVector.Builder durable = VersionVector.builder();
            submission
                    .blobs()
                    .forEach(blob -> durable.update(Change.decode(blob).id()));
            durability.confirm(session, durable.build());
        }
    }

    @Override
    void attached(LinkMessage.Attached message, boolean ownerChanged, boolean complete, long nowMillis) {
        VersionVector before = delivered.version();
        delivered.attached(message, ownerChanged, complete);
        int index = 0;
        for (AwareSession session : sessions.values()) {
            if (session.state == State.OPENING) {
                askForState(session, nowMillis);
            } else if (session.state == State.CATCHING_UP) {
                if (!session.isCongested) {
                    askForState(session, nowMillis);
                }
            } else if (session.isLive() && !complete) {
                catchUp(session, session.heldWhileLive(before), nowMillis);
            }
            session.forgetOwnIn(delivered);
            if (ownerChanged && session.state != State.OPENING && session.isIntroduced()) {
                outOfSync.tellLater(session, index++, sessions.size(), nowMillis);
            }
        }
    }

    @Override
    void refused(LinkMessage.Refused refusal, long nowMillis) {
        List<AwareSession> opening = new ArrayList<>();
        for (AwareSession session : sessions.values()) {
            if (session.state == State.OPENING) {
                opening.add(session);
            } else if (session.isIntroduced()) {
                output.toSession(session.id, new ErrorMessage(key.id(), refusal.code(), refusal.reason()));
            }
        }
        opening.forEach(session -> fail(session, refusal.code(), refusal.reason()));
    }

    @Override
    void sessionTick(long nowMillis) {
        List<AwareSession> late = new ArrayList<>();
        for (AwareSession session : sessions.values()) {
            repeatRequestIfLate(session, nowMillis);
            if (session.state == State.OPENING && isLate(session, nowMillis)) {
                late.add(session);
            } else {
                outOfSync.tellIfDue(session, nowMillis);
            }
        }
        late.forEach(session -> fail(session, ErrorCode.TIMEOUT, "The document cannot be reached now; try again"));
    }

    private void fail(AwareSession session, String code, String reason) {
        forgetRequest(session);
        output.toSession(session.id, new ErrorMessage(key.id(), code, reason));
        boolean isHandshake = session.reply == Reply.HANDSHAKE;
        if (!isHandshake && session.author != null) {
            // The session is older than the question. What its handshake granted it still has: its client goes on
            // counting on acknowledgements, and does not shake hands again while the socket is open.
            session.state = State.UNINTRODUCED;
            session.reply = Reply.NONE;
            return;
        }
        remove(session);
        if (isHandshake) {
            // A handshake gets two frames, because only the second ends the attempt of a stock client (G2).
            output.toSession(session.id, new ErrorMessage(key.id(), ErrorCode.HANDSHAKE_FAILED, reason));
        }
        forget(session.id);
    }
}
