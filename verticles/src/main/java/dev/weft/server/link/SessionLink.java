package dev.weft.server.link;

import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.limits.Limit;
import dev.weft.server.link.LinkSession.State;
import dev.weft.server.registry.DocumentKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A link with its sessions, and the questions for what they lack: what both modes do alike. */
abstract class SessionLink<S extends LinkSession> extends DocumentLink {
    final Map<String, S> sessions = new LinkedHashMap<>();
    private final Map<Long, S> requests = new HashMap<>();
    private long nextRequest = 1;

    SessionLink(DocumentKey key, LinkAddress self, boolean create, LinkLimits limits) {
        super(key, self, create, limits);
    }

    /** Asks the owner for what the session lacks, under the number of {@link LinkSession#request}. */
    abstract void readStateFor(S session);

    /** A live session gets nothing more for now; it holds all that was delivered. */
    abstract void beginsToLag(S session);

    @Override
    final boolean hasSessions() {
        return !sessions.isEmpty();
    }

    @Override
    final boolean awaitsState() {
        return !requests.isEmpty();
    }

    /** Whether there is no room for one more; if so, it is refused. */
    final boolean isFullFor(String sessionId) {
        if (sessions.size() < limits.sessionsMax()) {
            return false;
        }
        output.reached(Limit.SESSIONS_PER_DOCUMENT);
        refuse(sessionId, ErrorCode.INTERNAL_ERROR, "Too many sessions", true);
        return true;
    }

    /** @param isConnecting whether it waits for the answer to a handshake or hello */
    final void refuse(String sessionId, String code, String reason, boolean isConnecting) {
        output.toSession(sessionId, new ErrorMessage(key.id(), code, reason));
        if (isConnecting) {
            // Only the second frame ends the attempt of a stock client (G2).
            output.toSession(sessionId, new ErrorMessage(key.id(), ErrorCode.HANDSHAKE_FAILED, reason));
        }
        forget(sessionId);
    }

    /** One question per session: a new one makes the answer to the last void. */
    final void askForState(S session, long nowMillis) {
        forgetRequest(session);
        session.request = nextRequest++;
        requests.put(session.request, session);
        ask(session, nowMillis);
    }

    private void ask(S session, long nowMillis) {
        session.requestedAtMillis = nowMillis;
        readStateFor(session);
    }

    final void forgetRequest(S session) {
        requests.remove(session.request);
        session.request = 0;
    }

    /** The session that waits for the answer to this request; null if none does any more. */
    final S answeredBy(long request) {
        S session = requests.remove(request);
        if (session != null) {
            session.request = 0;
        }
        return session;
    }

    final void repeatRequestIfLate(S session, long nowMillis) {
        if (session.request != 0
                && owner.isAttached()
                && nowMillis - session.requestedAtMillis >= 2L * limits.retryMillis()) {
            // The same question: an owner that is slower than this would never be listened to otherwise.
            ask(session, nowMillis);
        }
    }

    /** Its first message: asks, or sees to it that there is somebody to ask. */
    final void begin(S session, long nowMillis) {
        session.state = State.OPENING;
        session.openedAtMillis = nowMillis;
        forgetRequest(session);
        if (owner.isAttached()) {
            askForState(session, nowMillis);
        } else {
            owner.find(nowMillis);
        }
    }

    final boolean isLate(S session, long nowMillis) {
        return nowMillis - session.openedAtMillis >= limits.handshakeMillisMax();
    }

    /** The session is over, and its connection is not. */
    final void remove(S session) {
        sessions.remove(session.id);
        requests.remove(session.request);
        plugins.closed(session.id);
    }

    @Override
    public final void closed(String sessionId, long nowMillis) {
        S session = sessions.get(sessionId);
        if (session != null) {
            remove(session);
        }
        submissions.unpause(sessionId);
    }

    @Override
    public final void congested(String sessionId, long nowMillis) {
        S session = sessions.get(sessionId);
        if (session == null) {
            return;
        }
        session.isCongested = true;
        if (session.isLive()) {
            session.state = State.LAGGING;
            beginsToLag(session);
        }
    }

    @Override
    public final void drained(String sessionId, long nowMillis) {
        S session = sessions.get(sessionId);
        if (session == null) {
            return;
        }
        session.isCongested = false;
        if (session.state == State.LAGGING) {
            session.state = State.CATCHING_UP;
        }
        if (session.state == State.CATCHING_UP && session.request == 0 && owner.isAttached()) {
            askForState(session, nowMillis);
        }
    }
}
