package dev.weft.server.link;

import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.StateRequest;
import dev.weft.protocol.message.Welcome;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.bus.LinkMessage.Outcome;
import dev.weft.server.link.LinkSession.State;
import dev.weft.server.link.ReplayRing.Submission;
import dev.weft.server.registry.DocumentKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** The sessions of one gateway in one relay room (spec protocol 6 and 13.1). */
public final class RelayLink extends SessionLink<RelaySession> {
    /*
     * Everything is told by number. A session holds all up to one number; a broadcast that follows is passed on, one
     * that does not makes it ask for what lies between. A change of owner therefore needs no word to the clients: the
     * numbers go on where they were, and pushes that were not acknowledged are in the ring.
     */

    /** A room longer than this is handed over in a welcome and further changes. */
    private static final long WELCOME_BYTES_MAX = 32 << 20;

    private static final int PART_DOUBLINGS_MAX = 4;

    /** Extensions a session is granted when it asks. */
    private static final Set<String> GRANTED = Set.of(Capability.RESUME);

    private long nextFence = 1;

    public RelayLink(DocumentKey key, LinkAddress self, boolean create, LinkLimits limits) {
        super(key, self, create, limits);
    }

    @Override
    Set<String> followers() {
        Set<String> followers = new LinkedHashSet<>();
        sessions.values().forEach(session -> {
            if (session.isWelcomed) {
                followers.add(session.id);
            }
        });
        return followers;
    }

    @Override
    boolean needsOwner() {
        return !sessions.isEmpty();
    }

    @Override
    VersionVector deliveredVersion() {
        return VersionVector.EMPTY;
    }

    // From clients.

    @Override
    public void receive(String sessionId, Message message, long nowMillis) {
        RelaySession session = sessions.get(sessionId);
        if (session == null) {
            if (isFullFor(sessionId)) {
                return;
            }
            session = new RelaySession(sessionId);
            session.isConnecting = message instanceof Hello;
            sessions.put(sessionId, session);
            if (message instanceof Hello hello) {
                session.grant(GRANTED, hello.capabilities());
                session.resume = session.placeToGoOnFrom(hello.resume());
            }
            // Whatever comes first is answered with a welcome: a stock client whose socket died starts anywhere (G3).
            welcome(session, nowMillis);
            if (message instanceof PluginMessage pluginMessage) {
                plugins.message(sessionId, pluginMessage, nowMillis);
            }
            return;
        }
        if (message instanceof PluginMessage pluginMessage) {
            plugins.message(sessionId, pluginMessage, nowMillis);
        } else if (message instanceof Push push) {
            push(session, push, nowMillis);
        } else if (message instanceof Pong pong && session.fence.isPassedBy(pong.originalTimestamp())) {
            session.fence.pass(to(session));
        } else if (message instanceof Hello hello) {
            session.grant(GRANTED, hello.capabilities());
            session.resume = session.placeToGoOnFrom(hello.resume());
            welcome(session, nowMillis);
        } else if (message instanceof StateRequest) {
            session.resume = null;
            welcome(session, nowMillis);
        } else if (message instanceof SnapshotUpload upload && session.isWelcomed) {
            owner.upload(session.id, utf8(upload.snapshot()), Math.max(0, upload.upToSeq()));
        }
    }

    private void welcome(RelaySession session, long nowMillis) {
        session.awaitsWelcome = true;
        session.holdsUpTo = session.resume == null ? 0 : session.resume.after();
        session.startCollecting();
        begin(session, nowMillis);
    }

    private void push(RelaySession session, Push push, long nowMillis) {
        if (!session.isWelcomed || push.changes().isEmpty()) {
            return;
        }
        List<byte[]> blobs = new ArrayList<>(push.changes().size());
        push.changes().forEach(change -> blobs.add(utf8(change)));
        session.fence.pushed(submissions.submit(session.id, blobs, nowMillis));
    }

    @Override
    void readStateFor(RelaySession session) {
        if (session.resume != null && !session.resume.log().equals(numbers.log())) {
            session.beginAnew();
        }
        // Each further part of one welcome may be larger, since its reader waits for all of them.
        int doublings = Math.min(session.collectedParts, PART_DOUBLINGS_MAX);
        owner.readState(session, null, session.holdsUpTo, limits.partBytesMax() << doublings);
    }

    @Override
    void beginsToLag(RelaySession session) {
        session.holdsUpTo = Math.max(session.holdsUpTo, numbers.last());
    }

    // From the owner.

    @Override
    void stateRead(LinkMessage.State state, long nowMillis) {
        RelaySession session = answeredBy(state.request());
        if (session == null) {
            return;
        }
        boolean isPlaceGone = session.resume != null && session.collectedParts == 0 && !state.continues();
        if (isPlaceGone && state.snapshot() == null) {
            session.beginAnew();
            askForState(session, nowMillis);
            return;
        }
        boolean isWelcome = session.awaitsWelcome || state.snapshot() != null;
        if (isWelcome) {
            session.collect(state);
            if (!state.complete() && session.collectedBytes < WELCOME_BYTES_MAX) {
                // A member takes what is not in its welcome for lost, and pushes it again.
                session.awaitsWelcome = true;
                session.holdsUpTo = Math.max(session.holdsUpTo, state.number());
                askForState(session, nowMillis);
                return;
            }
            // An unsolicited welcome is understood too; it is the only way to hand over a snapshot.
            boolean mayHavePushed = !session.isConnecting;
            session.awaitsWelcome = false;
            session.isConnecting = false;
            boolean isNew = !session.isWelcomed;
            session.isWelcomed = true;
            output.toSession(session.id, welcomeOf(session, state));
            session.resume = null;
            session.startCollecting();
            if (mayHavePushed) {
                session.fence.put(nextFence);
                output.toSession(session.id, new Ping(key.id(), nextFence++, null));
            }
            if (isNew) {
                plugins.joined(session.id);
            }
        } else if (!state.blobs().isEmpty()) {
            output.toSession(session.id, new RelayChanges(key.id(), text(state.blobs()), state.number(), null));
        }
        session.holdsUpTo = Math.max(session.holdsUpTo, state.number());
        boolean isUpToDate = state.complete() && session.holdsUpTo >= numbers.last();
        if (isUpToDate) {
            session.state = session.isCongested ? State.LAGGING : State.LIVE;
            return;
        }
        session.state = State.CATCHING_UP;
        if (!session.isCongested) {
            askForState(session, nowMillis);
        }
    }

    private Consumer<Message> to(RelaySession session) {
        return message -> output.toSession(session.id, message);
    }

    private Welcome welcomeOf(RelaySession session, LinkMessage.State state) {
        String snapshot = session.collectedSnapshot == null ? null : text(session.collectedSnapshot);
        // Repeats come from pushes whose acknowledgement was lost; a stock client cannot import them twice (G5, P20).
        Set<String> changes = new LinkedHashSet<>(text(session.collected));
        return new Welcome(
                key.id(),
                session.id,
                snapshot,
                List.copyOf(changes),
                state.number(),
                state.logLength(),
                state.compact(),
                session.capabilities,
                session.resumption(numbers.log()));
    }

    @Override
    void attaching(boolean numbersAreVoid) {
        // Numbers mean the same under every owner; what matters is where each session stands before they move on.
        for (RelaySession session : sessions.values()) {
            if (session.isLive()) {
                session.holdsUpTo = Math.max(session.holdsUpTo, numbers.last());
            }
        }
    }

    @Override
    List<Entry> undelivered(List<Entry> entries, long number) {
        int known = (int) Math.min(entries.size(), Math.max(0, numbers.last() - (number - entries.size())));
        return entries.subList(known, entries.size());
    }

    // Owners of rooms tell of nothing that is not durable.

    @Override
    void durable(long number) {}

    @Override
    void logChanged() {}

    @Override
    long keepDurable() {
        return numbers.last();
    }

    @Override
    void deliver(List<Entry> entries, long number, long nowMillis) {
        long first = number - entries.size() + 1;
        int from = 0;
        while (from < entries.size()) {
            int to = from + 1;
            while (to < entries.size()
                    && Objects.equals(
                            entries.get(to).origin(), entries.get(from).origin())) {
                to++;
            }
            deliverOfOne(
                    entries.subList(from, to), first + from, entries.get(from).origin());
            from = to;
        }
    }

    private void deliverOfOne(List<Entry> entries, long first, String origin) {
        long last = first + entries.size() - 1;
        List<String> blobs = new ArrayList<>(entries.size());
        entries.forEach(entry -> blobs.add(text(entry.blob())));
        List<String> everybody = new ArrayList<>();
        for (RelaySession session : sessions.values()) {
            if (!session.isLive() || session.id.equals(origin) || session.holdsUpTo >= last) {
                continue;
            }
            if (session.holdsUpTo < first) {
                everybody.add(session.id);
            } else {
                List<String> rest = blobs.subList((int) (session.holdsUpTo - first + 1), blobs.size());
                output.toSession(session.id, new RelayChanges(key.id(), rest, last, origin));
            }
        }
        output.toSessions(everybody, new RelayChanges(key.id(), blobs, last, origin));
    }

    @Override
    void answered(Submission submission, LinkMessage.Result result, long nowMillis) {
        RelaySession session = sessions.get(submission.sessionId());
        if (session == null) {
            return;
        }
        if (result == null) {
            // Its numbers are not known any more; a welcome makes the client take stock, and push again what it must.
            session.resume = null;
            welcome(session, nowMillis);
        } else if (result.outcome() == Outcome.ACCEPTED) {
            session.fence.acknowledge(
                    submission.number(),
                    new Ack(key.id(), result.lastNumber(), result.count(), result.logLength(), result.compact()),
                    to(session));
        } else {
            output.toSession(session.id, result.refusal(key.id()));
        }
    }

    @Override
    void attached(LinkMessage.Attached message, boolean ownerChanged, boolean complete, long nowMillis) {
        for (RelaySession session : sessions.values()) {
            boolean missesSome = session.isLive() && !complete;
            if (missesSome) {
                session.state = State.CATCHING_UP;
            }
            boolean waits = session.state == State.OPENING || session.state == State.CATCHING_UP;
            if (waits && !session.isCongested) {
                askForState(session, nowMillis);
            }
        }
    }

    @Override
    void refused(LinkMessage.Refused refusal, long nowMillis) {
        List.copyOf(sessions.values()).forEach(session -> fail(session, refusal.code(), refusal.reason()));
    }

    @Override
    void sessionTick(long nowMillis) {
        for (RelaySession session : List.copyOf(sessions.values())) {
            if (session.isConnecting && isLate(session, nowMillis)) {
                fail(session, ErrorCode.TIMEOUT, "The room cannot be reached now; try again");
            } else {
                repeatRequestIfLate(session, nowMillis);
            }
        }
    }

    private void fail(RelaySession session, String code, String reason) {
        remove(session);
        refuse(session.id, code, reason, session.isConnecting);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] blob) {
        return new String(blob, StandardCharsets.UTF_8);
    }

    private static List<String> text(List<byte[]> blobs) {
        return blobs.stream().map(RelayLink::text).toList();
    }
}
