package dev.weft.server.link;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.protocol.message.PositionMessage;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.bus.LinkMessage.Outcome;
import dev.weft.server.link.AwareSession.Reply;
import dev.weft.server.link.LinkSession.State;
import dev.weft.server.link.ReplayRing.Submission;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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

    /** A client that lacks so few changes gets them one by one, as if they were new. */
    private static final int SINGLE_CHANGES_MAX = 8;

    private VersionVector.Builder version = VersionVector.builder();
    private final DurablePart durablePart = new DurablePart();
    private boolean isSomebodyWaiting;
    private final RecentEntries recent;
    private final EchoFilter echoes;

    public AwareLink(DocumentKey key, LinkAddress self, boolean create, LinkLimits limits) {
        super(key, self, create, limits);
        this.recent = new RecentEntries(limits.recentBytesMax());
        this.echoes = new EchoFilter(limits.echoIdsMax());
    }

    @Override
    public long recentBytes() {
        return recent.bytes();
    }

    @Override
    public boolean hasDelivered(Change change) {
        return version.covers(change.author(), change.clock());
    }

    @Override
    Set<String> followers() {
        Set<String> followers = new LinkedHashSet<>();
        sessions.values().forEach(session -> {
            if (session.state != State.UNINTRODUCED && session.reply == Reply.NONE) {
                followers.add(session.id);
            }
        });
        return followers;
    }

    @Override
    boolean needsOwner() {
        return sessions.values().stream().anyMatch(session -> session.state != State.UNINTRODUCED);
    }

    @Override
    VersionVector deliveredVersion() {
        return version.build();
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
            session.grant(GRANTED, handshake.capabilities());
            session.author = handshake.author();
            session.resume = session.placeToGoOnFrom(handshake.resume());
            open(session, Reply.HANDSHAKE, handshake.versionVector(), nowMillis);
        } else if (message instanceof DocumentStatusRequest status) {
            statusRequest(session, status, nowMillis);
        } else if (message instanceof PluginMessage pluginMessage) {
            plugins.message(session.id, pluginMessage, nowMillis);
            if (session.state == State.UNINTRODUCED) {
                outOfSync(session, "Say first what you have", nowMillis);
            }
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
        if (session.state == State.UNINTRODUCED) {
            // A stock client whose socket died comes back like this. It answers with what it has, and sends this again.
            outOfSync(session, "Say first what you have", nowMillis);
            return;
        }
        List<byte[]> blobs = new ArrayList<>(changes.size());
        VersionVector.Builder known = VersionVector.builder();
        boolean isPromised = session.grants(Capability.ACK);
        for (Change change : changes) {
            if (echoes.isEcho(change.id()) && (!isPromised || durablePart.covers(change.id()))) {
                known.update(change.id());
            } else {
                session.submits(change.id());
                blobs.add(change.encoded());
            }
        }
        if (blobs.size() < changes.size() && isPromised) {
            // Clients that ask for acknowledgements do not echo: this one was told that a change of its own was not
            // taken yet, sends it again, and meanwhile it came after all.
            output.toSession(session.id, new DurableMessage(key.id(), known.build()));
        }
        if (!blobs.isEmpty()) {
            submissions.submit(session.id, blobs, nowMillis);
        }
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
        rememberGiven(session);
        session.reply = reply;
        session.held = holds.toBuilder();
        session.documentAtPing = null;
        session.resyncAtMillis = -1;
        begin(session, nowMillis);
    }

    @Override
    void readStateFor(AwareSession session) {
        ResumePoint from = session.resume;
        if (from == null) {
            owner.readState(session, session.held.build(), 0, limits.partBytesMax());
        } else if (!from.log().equals(numbers.log())
                || from.after() > Math.max(durablePart.mark(), session.givenUpTo)) {
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
            answer(session, null, List.of(), version.build());
        } else {
            sayWhatYouHold(session, "Your place in the log is gone");
        }
    }

    private void ping(AwareSession session, Ping ping, long nowMillis) {
        if (session.state == State.UNINTRODUCED) {
            outOfSync(session, "Say first what you have", nowMillis);
            return;
        }
        tellPosition(session);
        if (session.isLive() && ping.versionVector() != null) {
            compare(session, session.withOwnPartOf(version, ping.versionVector()), nowMillis);
        }
    }

    /** Anti-entropy (G14): what differs at one ping is on its way, what still differs at the next was lost. */
    private void compare(AwareSession session, VersionVector client, long nowMillis) {
        VersionVector document = version.build();
        boolean clientLacks = session.documentAtPing != null && !client.dominates(session.documentAtPing);
        boolean documentLacks = session.clientAtPing != null && !document.dominates(session.clientAtPing);
        session.documentAtPing = document;
        session.clientAtPing = client;
        if (documentLacks) {
            session.clientAtPing = null;
            outOfSync(session, "The document lacks changes of yours", nowMillis);
        } else if (clientLacks) {
            session.documentAtPing = null;
            catchUp(session, client, nowMillis);
        }
    }

    private void catchUp(AwareSession session, VersionVector holds, long nowMillis) {
        rememberGiven(session);
        session.state = State.CATCHING_UP;
        session.reply = Reply.NONE;
        session.resume = null;
        session.held = session.heldAt(holds);
        if (owner.isAttached() && !session.isCongested) {
            askForState(session, nowMillis);
        }
    }

    /** What a live session holds. */
    private VersionVector heldBy(AwareSession session, VersionVector delivered) {
        return session.held == null
                ? delivered
                : session.held.updateAll(delivered).build();
    }

    @Override
    void beginsToLag(AwareSession session) {
        session.givenUpTo = Math.max(session.givenUpTo, numbers.last());
        session.held = session.heldAt(heldBy(session, version.build()));
    }

    /** It may cease to be live. */
    private void rememberGiven(AwareSession session) {
        if (session.isLive()) {
            session.givenUpTo = Math.max(session.givenUpTo, numbers.last());
        }
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
        session.givenUpTo = Math.max(session.givenUpTo, state.number());
        Snapshot snapshot = state.snapshot() == null ? null : Snapshot.decode(state.snapshot());
        if (snapshot != null) {
            session.held.updateAll(snapshot.versionVector());
        }
        List<Change> changes = new ArrayList<>(state.blobs().size());
        for (byte[] blob : state.blobs()) {
            Change change = Change.decode(blob);
            // What it submitted while the question was on its way it does not need back.
            if (!session.held.covers(change.author(), change.clock())) {
                session.held.update(change.id());
                changes.add(change);
            }
        }
        boolean isAnswer = session.reply != Reply.NONE;
        answer(session, snapshot, changes, state.version());
        if (isAnswer) {
            confirmWhatIsDurable(session, state);
        }
        if (session.resume != null && state.complete()) {
            session.resume = null;
            session.held.updateAll(state.version());
        } else if (session.resume != null) {
            session.resume = new ResumePoint(session.resume.log(), state.number());
        }
        if (!state.complete()) {
            session.state = State.CATCHING_UP;
            if (!session.isCongested) {
                askForState(session, nowMillis);
            }
            return;
        }
        goLive(session, state.number(), nowMillis);
    }

    private void answer(AwareSession session, Snapshot snapshot, List<Change> changes, VersionVector documentVersion) {
        Reply reply = session.reply;
        session.reply = Reply.NONE;
        switch (reply) {
            case HANDSHAKE -> {
                session.log = numbers.log();
                session.toldPosition = 0;
                session.holdsLost = false;
                VersionVector told = session.resume == null ? documentVersion : session.knownPartOf(documentVersion);
                output.toSession(
                        session.id,
                        new HandshakeResponse(
                                key.id(),
                                snapshot,
                                changes,
                                session.id,
                                told,
                                session.capabilities,
                                session.resumption()));
                output.report(session.id, "handshake");
                plugins.joined(session.id);
            }
            case STATUS ->
                output.toSession(session.id, new DocumentStatus(key.id(), snapshot, changes, documentVersion));
            case NONE -> {
                if (snapshot != null) {
                    output.toSession(session.id, new DocumentStatus(key.id(), snapshot, changes, documentVersion));
                } else {
                    sendChanges(session, changes, documentVersion);
                }
            }
        }
    }

    /** What the author sent in an earlier session may be durable by now, with nobody left to tell it to. */
    private void confirmWhatIsDurable(AwareSession session, LinkMessage.State state) {
        if (!session.grants(Capability.ACK)) {
            return;
        }
        VersionVector durable = session.ownPartOf(state.durableVersion());
        if (!durable.isEmpty()) {
            output.toSession(session.id, new DurableMessage(key.id(), durable));
        }
        VersionVector told = session.ownPartOf(state.version());
        session.awaitsDurable = told.equals(durable) ? null : told;
        isSomebodyWaiting |= session.awaitsDurable != null;
    }

    @Override
    void durable(long number) {
        durablePart.durable(number);
        tellWhoWaits();
    }

    /** Those who waited until what they hold, or made, is durable. */
    private void tellWhoWaits() {
        if (!isSomebodyWaiting) {
            return;
        }
        isSomebodyWaiting = false;
        for (AwareSession session : sessions.values()) {
            if (session.isPositionDue) {
                tellPosition(session);
            }
            if (session.awaitsDurable != null && durablePart.covers(session.awaitsDurable)) {
                output.toSession(session.id, new DurableMessage(key.id(), session.awaitsDurable));
                session.awaitsDurable = null;
            }
            isSomebodyWaiting |= session.awaitsDurable != null;
        }
    }

    private void sendChanges(AwareSession session, List<Change> changes, VersionVector documentVersion) {
        if (changes.size() <= SINGLE_CHANGES_MAX) {
            changes.forEach(change -> output.toSession(session.id, new ChangeMessage(key.id(), change)));
        } else if (session.takesBatches()) {
            output.toSession(session.id, new ChangesMessage(key.id(), changes));
        } else {
            output.toSession(session.id, new DocumentStatus(key.id(), null, changes, documentVersion));
        }
    }

    private void goLive(AwareSession session, long stateNumber, long nowMillis) {
        if (session.isCongested) {
            session.state = State.LAGGING;
            return;
        }
        if (!recent.reachesBackTo(stateNumber, numbers.last())) {
            session.state = State.CATCHING_UP;
            askForState(session, nowMillis);
            return;
        }
        session.state = State.LIVE;
        session.liveAfter = stateNumber;
        for (RecentEntries.Numbered numbered : recent.after(stateNumber)) {
            if (!session.id.equals(numbered.origin()) && session.takes(numbered.change())) {
                output.toSession(session.id, new ChangeMessage(key.id(), numbered.change()));
            }
        }
        session.forgetHeldIfIn(version);
        tellPosition(session);
    }

    /** From where the session could go on, should its connection go; later, if it holds what is not durable. */
    private void tellPosition(AwareSession session) {
        if (!session.grants(Capability.RESUME)
                || !session.isLive()
                || !numbers.log().equals(session.log)) {
            session.isPositionDue = false;
            return;
        }
        long position = Math.max(numbers.last(), session.liveAfter);
        session.isPositionDue = position > durablePart.mark() || session.holdsLost;
        if (session.isPositionDue) {
            isSomebodyWaiting = true;
        } else if (position > session.toldPosition) {
            session.toldPosition = position;
            output.toSession(session.id, new PositionMessage(key.id(), position));
        }
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
        durablePart.beginAnew(version.build());
    }

    @Override
    long keepDurable() {
        boolean goesBack = durablePart.number() < numbers.last();
        for (AwareSession session : sessions.values()) {
            rememberGiven(session);
            if (session.givenUpTo > durablePart.mark()) {
                keepInMind(session);
            }
            session.givenUpTo = 0;
        }
        if (goesBack) {
            version = durablePart.version().toBuilder();
            durablePart.forgetTheRest();
            recent.clear();
        }
        return durablePart.number();
    }

    /** The session holds what may have been lost with its owner. */
    private void keepInMind(AwareSession session) {
        session.holdsLost = true;
        if (session.isLive()) {
            session.held = session.heldAt(heldBy(session, version.build()));
            session.liveAfter = 0;
        } else if (session.resume != null && session.reply == Reply.NONE) {
            // It was given a part by number, and the numbers behind it may mean something else now.
            startOver(session);
        }
    }

    @Override
    List<Entry> undelivered(List<Entry> entries, long number) {
        return entries.stream()
                .filter(entry -> {
                    Change change = Change.decode(entry.blob());
                    return !version.covers(change.author(), change.clock());
                })
                .toList();
    }

    @Override
    void deliver(List<Entry> entries, long number, long nowMillis) {
        long at = number - entries.size();
        VersionVector.Builder fresh = VersionVector.builder();
        Map<String, List<Change>> batches = new LinkedHashMap<>();
        for (Entry entry : entries) {
            at++;
            Change change = Change.decode(entry.blob());
            version.update(change.id());
            fresh.update(change.id());
            echoes.delivered(change.id());
            recent.add(at, change, entry.origin());
            List<String> singles = new ArrayList<>();
            for (AwareSession session : sessions.values()) {
                boolean isOwn = session.passedOn(change.id()) || session.id.equals(entry.origin());
                if (isOwn || !session.isLive() || at <= session.liveAfter || !session.takes(change)) {
                    continue;
                }
                if (session.takesBatches() && entries.size() > 1) {
                    batches.computeIfAbsent(session.id, id -> new ArrayList<>()).add(change);
                } else {
                    singles.add(session.id);
                }
            }
            output.toSessions(singles, new ChangeMessage(key.id(), change));
        }
        deliverBatches(batches);
        durablePart.delivered(number, fresh);
        sessions.values().stream().filter(AwareSession::isLive).forEach(session -> session.forgetHeldIfIn(version));
        tellWhoWaits();
    }

    /** Sessions that get the same changes share one message, which is framed once. */
    private void deliverBatches(Map<String, List<Change>> batches) {
        Map<List<Change>, List<String>> recipients = new LinkedHashMap<>();
        batches.forEach((id, changes) ->
                recipients.computeIfAbsent(changes, c -> new ArrayList<>()).add(id));
        recipients.forEach((changes, ids) -> output.toSessions(
                ids,
                changes.size() == 1
                        ? new ChangeMessage(key.id(), changes.get(0))
                        : new ChangesMessage(key.id(), changes)));
    }

    @Override
    void answered(Submission submission, LinkMessage.Result result, long nowMillis) {
        AwareSession session = sessions.get(submission.sessionId());
        if (session == null) {
            return;
        }
        // An echo is known to the owner and does not come again.
        session.forgetOwnIn(version);
        if (result == null) {
            return;
        }
        if (result.outcome() == Outcome.NOT_READY) {
            outOfSync(session, "Client is out of sync. Please re-sync.", nowMillis);
        } else if (result.outcome() == Outcome.REFUSED) {
            output.toSession(session.id, result.refusal(key.id()));
            output.report(session.id, "refused: " + result.reason());
        } else if (session.grants(Capability.ACK)) {
            VersionVector.Builder durable = VersionVector.builder();
            submission
                    .blobs()
                    .forEach(blob -> durable.update(Change.decode(blob).id()));
            output.toSession(session.id, new DurableMessage(key.id(), durable.build()));
        }
    }

    @Override
    void attached(LinkMessage.Attached message, boolean ownerChanged, boolean complete, long nowMillis) {
        VersionVector before = version.build();
        // A new link is given nothing of what there was before; what its live sessions hold includes it all the same.
        version.updateAll(message.version());
        durablePart.delivered(message.number(), message.version().toBuilder());
        durablePart.is(
                message.durable(),
                message.fork() == null ? message.version() : message.fork().version());
        if (!complete) {
            recent.clear();
        }
        if (ownerChanged) {
            echoes.clear();
        }
        int index = 0;
        for (AwareSession session : sessions.values()) {
            if (session.state == State.OPENING) {
                askForState(session, nowMillis);
            } else if (session.state == State.CATCHING_UP) {
                if (!session.isCongested) {
                    askForState(session, nowMillis);
                }
            } else if (session.isLive() && !complete) {
                catchUp(session, heldBy(session, before), nowMillis);
            }
            session.forgetOwnIn(version);
            if (ownerChanged && session.state != State.OPENING && session.state != State.UNINTRODUCED) {
                session.resyncAtMillis = nowMillis + spread(index++);
            }
        }
    }

    /** Spreads what all sessions would otherwise do at once, without chance: the n-th session waits n steps. */
    private long spread(int index) {
        return (long) index * limits.resyncSpreadMillis() / Math.max(1, sessions.size());
    }

    @Override
    void refused(LinkMessage.Refused refusal, long nowMillis) {
        List<AwareSession> opening = new ArrayList<>();
        for (AwareSession session : sessions.values()) {
            if (session.state == State.OPENING) {
                opening.add(session);
            } else if (session.state != State.UNINTRODUCED) {
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
            } else if (session.resyncAtMillis >= 0 && nowMillis >= session.resyncAtMillis) {
                session.resyncAtMillis = -1;
                outOfSync(session, "The document moved to another node", nowMillis);
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

    private void outOfSync(AwareSession session, String reason, long nowMillis) {
        if (nowMillis - session.outOfSyncAtMillis < limits.outOfSyncMillis()) {
            return;
        }
        session.outOfSyncAtMillis = nowMillis;
        sayWhatYouHold(session, reason);
    }

    private void sayWhatYouHold(AwareSession session, String reason) {
        output.toSession(session.id, new ErrorMessage(key.id(), ErrorCode.OUT_OF_SYNC, reason));
        output.report(session.id, "out of sync");
    }
}
