package dev.weft.client.sync;

import dev.weft.client.connection.Backoff;
import dev.weft.client.connection.Heartbeat;
import dev.weft.client.connection.Timing;
import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ConnectionStatus;
import dev.weft.client.event.ProblemKind;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The life of a client's session, both modes: connect, greet, stay alive, reconnect. A plain state machine: every input
 * carries the time in milliseconds and returns the effects to perform. Not thread-safe.
 *
 * <p>Times are on one scale that never goes backwards. Its values go out as the time stamps of pings, so the scale
 * should start at the epoch; nobody interprets them.
 */
public abstract class SessionState extends EffectSource {
    /*
     *   IDLE --connect--> OPENING --opened--> GREETING --answered--> LIVE
     *    ^                   ^  |                 |                    |
     *    |               due |  +---- failed -----+-------- lost ------+
     *    |                   |  v
     *    +--- disconnect -- WAITING
     *
     * Every attempt has a new connection number, and input that carries another number is dropped: whatever an
     * abandoned socket still says can neither complete nor disturb a later attempt. That is all it takes to rule out
     * the reference's stuck states (spec protocol 5.2).
     */
    private enum Phase {
        IDLE,
        WAITING,
        OPENING,
        GREETING,
        LIVE
    }

    /** The close code of every deliberate close (spec protocol 1.5). */
    public static final int CLOSE_NORMAL = 1000;

    private static final long NEVER = Long.MAX_VALUE;

    private final SessionSettings settings;
    private final Attempts attempts;
    private final Heartbeat heartbeat;
    private final EarlyMessages early;

    private Phase phase = Phase.IDLE;
    private long connection;
    private long phaseDeadline = NEVER;
    private long liveSince;
    private boolean blocked;
    private String sessionId;
    private Set<String> granted = Set.of();

    protected SessionState(SessionSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.attempts =
                new Attempts(settings.endpoints(), new Backoff(settings.backoff(), settings.endpoints(), random));
        this.heartbeat = new Heartbeat(
                settings.timing().pingInterval(), settings.timing().pongTimeout());
        this.early = new EarlyMessages(settings.bounds().earlyMessagesMax());
    }

    /** @param capabilities the extensions granted */
    protected record Session(String id, Set<String> capabilities) {}

    /** The application wants to be connected. Concurrent calls share one attempt. */
    public final List<Effect> connect(long now) {
        if (phase == Phase.LIVE) {
            emit(new Effect.ConnectResult(true, null));
            return takeEffects();
        }
        attempts.await();
        if (phase == Phase.IDLE || phase == Phase.WAITING) {
            boolean first = status() == ConnectionStatus.DISCONNECTED;
            setStatus(first ? ConnectionStatus.CONNECTING : ConnectionStatus.RECONNECTING);
            open(now);
        }
        return takeEffects();
    }

    /** The application wants to be disconnected. Also ends a pending wait for the next attempt. */
    public final List<Effect> disconnect(long now) {
        boolean wasIdle = phase == Phase.IDLE;
        leave(now, new Effect.CloseSocket(connection, CLOSE_NORMAL, "client disconnects"));
        phase = Phase.IDLE;
        phaseDeadline = NEVER;
        sessionId = null;
        attempts.settled();
        answerConnect("disconnected by the application");
        if (!wasIdle || status() != ConnectionStatus.DISCONNECTED) {
            setStatus(ConnectionStatus.DISCONNECTED);
            emit(new Effect.Disconnected());
        }
        return takeEffects();
    }

    public final List<Effect> socketOpened(long opened, long now) {
        if (opened == connection && phase == Phase.OPENING) {
            phase = Phase.GREETING;
            phaseDeadline = now + timing().handshakeTimeout();
            emit(new Effect.Send(connection, greeting()));
        }
        return takeEffects();
    }

    /** The socket could not be opened. */
    public final List<Effect> socketFailed(long failed, String reason, long now) {
        if (failed == connection && phase == Phase.OPENING) {
            fail(ClientEvent.Problem.of(ProblemKind.TRANSPORT_FAILED, reason), now);
        }
        return takeEffects();
    }

    /** The socket is closed, by whomever and for whatever reason. */
    public final List<Effect> socketClosed(long closed, String reason, long now) {
        if (closed == connection && isSocketOpen()) {
            fail(ClientEvent.Problem.of(ProblemKind.CONNECTION_LOST, reason), now);
        }
        return takeEffects();
    }

    /**
     * Decides which messages are to be handled now, in which order: none if this one is for another document or came
     * before the answer to the handshake, several if it is that answer and others waited for it. Call
     * {@link #receive} with each.
     */
    public final List<Message> admit(long from, Message message) {
        if (from != connection || !message.documentId().equals(settings.documentId())) {
            return List.of();
        }
        if (phase == Phase.LIVE) {
            return List.of(message);
        }
        if (phase != Phase.GREETING) {
            return List.of();
        }
        if (isAnswer(message)) {
            return early.release(message);
        }
        if (message instanceof Ping || message instanceof Pong || message instanceof ErrorMessage) {
            return List.of(message);
        }
        early.keep(message);
        return List.of();
    }

    /** Handles a message that {@link #admit} let through. */
    public final List<Effect> receive(long from, Message message, long now) {
        if (from != connection || (phase != Phase.GREETING && phase != Phase.LIVE)) {
            return takeEffects();
        }
        if (message instanceof Ping ping) {
            emit(new Effect.Send(connection, new Pong(settings.documentId(), ping.timestamp(), now)));
        } else if (message instanceof Pong) {
            heartbeat.ponged(now);
            onPong();
        } else if (message instanceof ErrorMessage error) {
            receiveError(error, now);
        } else {
            if (isAnswer(message)) {
                receiveAnswer(sessionOf(message), now);
            }
            onMessage(message, now);
        }
        return takeEffects();
    }

    /** Handling a message failed for a reason that is not the peer's: begin anew rather than go on in an unknown state. */
    public final List<Effect> broken(long broken, String reason, long now) {
        if (broken == connection && isSocketOpen()) {
            fail(ClientEvent.Problem.of(ProblemKind.INTERNAL_FAILURE, reason), now);
        }
        return takeEffects();
    }

    /** A message arrived that no codec can read. It is dropped; only the diagnosis of a failing handshake counts it. */
    public final List<Effect> undecodable(long from, String reason, long now) {
        if (from == connection && isSocketOpen()) {
            attempts.undecodable();
            report(ProblemKind.UNDECODABLE_MESSAGE, reason);
        }
        return takeEffects();
    }

    /** The socket takes no more for now. Nothing but what keeps the session alive is sent until {@link #drained}. */
    public final List<Effect> blocked(long from) {
        if (from == connection) {
            blocked = true;
        }
        return takeEffects();
    }

    /** The socket takes more. */
    public final List<Effect> drained(long from, long now) {
        if (from == connection) {
            blocked = false;
            if (phase == Phase.LIVE) {
                onWritable(now);
            }
        }
        return takeEffects();
    }

    /** Time has passed. Call it at {@link #nextDeadline} or later; calling it more often does no harm. */
    public final List<Effect> tick(long now) {
        if (phase == Phase.WAITING && now >= phaseDeadline) {
            open(now);
        } else if (phase == Phase.OPENING && now >= phaseDeadline) {
            fail(
                    ClientEvent.Problem.of(
                            ProblemKind.TRANSPORT_FAILED, "No connection within " + timing().connectTimeout() + " ms"),
                    now);
        } else if (phase == Phase.GREETING && now >= phaseDeadline) {
            fail(handshakeTimeout(), now);
        } else if (phase == Phase.LIVE) {
            tickLive(now);
        }
        return takeEffects();
    }

    /** When {@link #tick} is due; {@link Long#MAX_VALUE} for not at all. */
    public final long nextDeadline() {
        return phase == Phase.LIVE ? Math.min(heartbeat.nextDeadline(), ownDeadline()) : phaseDeadline;
    }

    /** The id the server gave to this session; null before the first handshake and after {@link #disconnect}. */
    public final String sessionId() {
        return sessionId;
    }

    /** Whether the server granted this extension to the current session. */
    public final boolean isGranted(String capability) {
        return granted.contains(capability);
    }

    /** Whether the handshake has been answered and the socket is believed to be open. */
    public final boolean isLive() {
        return phase == Phase.LIVE;
    }

    /** The first message on every connection. */
    protected abstract Message greeting();

    /** Whether this message answers the greeting. */
    protected abstract boolean isAnswer(Message message);

    /** What this answer says about the session. */
    protected abstract Session sessionOf(Message answer);

    /** Any message but ping, pong and error. The answer itself comes first. */
    protected abstract void onMessage(Message message, long now);

    /** @return whether this mode knows what to do about it; if not, it is an error like any other */
    protected abstract boolean onOutOfSync(long now);

    protected abstract Ping ping(long now);

    protected void onPong() {}

    /** The socket takes more. */
    protected abstract void onWritable(long now);

    /** Nothing may be sent any more; the session is over, a later one starts from its own answer. */
    protected abstract void onDown(long now);

    protected abstract void onTick(long now);

    protected abstract long ownDeadline();

    /** The most likely reason why the handshake was not answered. */
    protected String silenceHint() {
        return "the answer may exceed the server's buffer bound, or the two sides are configured with different"
                + " compressors";
    }

    protected final void send(Message message) {
        emit(new Effect.Send(connection, message));
        if (phase == Phase.LIVE) {
            setStatus(ConnectionStatus.CONNECTED);
        }
    }

    /** Sends and then holds back until the socket has taken it, so that a long upload cannot fill the memory. */
    protected final void sendThenAwaitDrain(Message message) {
        send(message);
        blocked = true;
        emit(new Effect.AwaitDrain(connection));
    }

    protected final boolean isWritable() {
        return phase == Phase.LIVE && !blocked;
    }

    /** The connection is of no use any more although it is open. */
    protected final void giveUp(ProblemKind kind, String text, long now) {
        fail(ClientEvent.Problem.of(kind, text), now);
    }

    protected final SessionSettings settings() {
        return settings;
    }

    protected final Timing timing() {
        return settings.timing();
    }

    protected final String documentId() {
        return settings.documentId();
    }

    private void open(long now) {
        connection++;
        phase = Phase.OPENING;
        phaseDeadline = now + timing().connectTimeout();
        blocked = false;
        early.clear();
        emit(new Effect.OpenSocket(connection, attempts.begin()));
    }

    private void receiveAnswer(Session session, long now) {
        boolean greeted = phase == Phase.GREETING;
        if (greeted) {
            phase = Phase.LIVE;
            phaseDeadline = NEVER;
            liveSince = now;
            heartbeat.start(now);
            attempts.succeeded();
        }
        // A relay answers a state request with the same session; a new id means that the server began anew.
        if (greeted || !session.id().equals(sessionId)) {
            sessionId = session.id();
            granted = session.capabilities();
            publish(new ClientEvent.SessionOpened(sessionId, granted));
            emit(new Effect.SessionUp(sessionId, granted));
        }
        if (greeted) {
            becomeConnected();
        }
    }

    private void becomeConnected() {
        if (early.takeDropped() > 0) {
            report(ProblemKind.EARLY_MESSAGES_DROPPED, "Messages before the answer to the handshake were dropped");
        }
        setStatus(ConnectionStatus.CONNECTED);
        attempts.answer();
        emit(new Effect.ConnectResult(true, null));
    }

    private void tickLive(long now) {
        if (heartbeat.isPeerSilent(now)) {
            fail(
                    ClientEvent.Problem.of(
                            ProblemKind.PEER_SILENT,
                            "No pong for " + timing().pongTimeout() + " ms, though the socket is open"),
                    now);
            return;
        }
        if (heartbeat.isPingDue(now)) {
            heartbeat.pinged(now);
            send(ping(now));
        }
        onTick(now);
    }

    private void receiveError(ErrorMessage error, long now) {
        if (phase == Phase.LIVE && error.code().equals(ErrorCode.OUT_OF_SYNC) && onOutOfSync(now)) {
            return;
        }
        ClientEvent.Problem problem = new ClientEvent.Problem(
                phase == Phase.LIVE ? ProblemKind.SERVER_ERROR : ProblemKind.HANDSHAKE_REFUSED,
                error.message(),
                error.code());
        if (endsAttempt(error)) {
            fail(problem, now);
            return;
        }
        // Anything else is a status, not an end: the socket stays, and so does what runs over it.
        publish(problem);
        if (phase == Phase.LIVE) {
            setStatus(ConnectionStatus.ERROR);
        }
    }

    private boolean endsAttempt(ErrorMessage error) {
        return switch (error.code()) {
            case ErrorCode.HANDSHAKE_FAILED -> true;
            // A stock server says nothing more after these, so that waiting for the timeout would be in vain.
            case ErrorCode.DOCUMENT_NOT_FOUND, ErrorCode.INVALID_MESSAGE -> phase == Phase.GREETING;
            default -> false;
        };
    }

    private ClientEvent.Problem handshakeTimeout() {
        int undecodable = attempts.undecodableCount();
        String text = "No answer to the handshake within " + timing().handshakeTimeout()
                + " ms though the socket stayed open: "
                + (undecodable > 0
                        ? undecodable + " messages arrived that could not be decoded; are both sides"
                                + " configured with the same compressor?"
                        : silenceHint());
        return ClientEvent.Problem.of(ProblemKind.HANDSHAKE_TIMEOUT, text);
    }

    /** Ends the attempt or the session and arranges the next one. */
    private void fail(ClientEvent.Problem problem, long now) {
        publish(problem);
        leave(now, new Effect.CloseSocket(connection, CLOSE_NORMAL, "client reconnects"));
        attempts.failed();
        if (status() != ConnectionStatus.RECONNECTING) {
            setStatus(ConnectionStatus.ERROR);
        }
        if (attempts.isExhausted()) {
            phase = Phase.IDLE;
            phaseDeadline = NEVER;
            setStatus(ConnectionStatus.ERROR);
        } else {
            phase = Phase.WAITING;
            phaseDeadline = now + attempts.nextDelayMillis();
            setStatus(ConnectionStatus.RECONNECTING);
        }
        // Last, so that whoever waited for the answer finds the status that goes with it.
        if (attempts.isRoundOver()) {
            answerConnect(problem.text());
        }
    }

    private void leave(long now, Effect.CloseSocket close) {
        boolean wasLive = phase == Phase.LIVE;
        if (phase == Phase.OPENING || isSocketOpen()) {
            emit(close);
        }
        early.clear();
        phase = Phase.IDLE;
        if (wasLive) {
            if (now - liveSince >= timing().settledAfter()) {
                attempts.settled();
            }
            granted = Set.of();
            onDown(now);
        }
    }

    private void answerConnect(String reason) {
        if (attempts.answer()) {
            emit(new Effect.ConnectResult(false, reason));
        }
    }

    private boolean isSocketOpen() {
        return phase == Phase.GREETING || phase == Phase.LIVE;
    }
}
