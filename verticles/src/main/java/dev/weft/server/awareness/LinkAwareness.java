package dev.weft.server.awareness;

import dev.weft.protocol.awareness.AwarenessQuery;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.server.limits.Limit;
import dev.weft.server.limits.LimitCounters;
import dev.weft.server.plugin.LinkPlugin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Presence beside the sessions of one gateway on one document (spec protocol 8). */
final class LinkAwareness implements LinkPlugin {
    /*
     * Every gateway knows everybody, so a joiner is told at once. Each client is spoken for by the gateway that holds
     * its socket; the owner of the document passes on what changes. After a change of owner each gateway says again who
     * it speaks for, and whoever nobody speaks for after a while is gone: nobody's cursor flickers meanwhile.
     *
     * A client shows itself under its session id. Only one that came back on a new socket without a handshake keeps the
     * id of its old one, because nobody has told it another (spec protocol 8.6).
     *
     * That somebody left is told by a table of all who are left. When many leave at once, as when a node does, that would
     * be as many tables for everybody; so there are two a tick: one for the first who leaves, one for all behind.
     */

    private final String documentId;
    private final AwarenessOptions options;
    private final LimitCounters counters;
    private final Map<String, ClientAwareness> everybody = new LinkedHashMap<>();
    private final Speakers speakers = new Speakers();
    private final Set<String> joined = new HashSet<>();
    private final Set<String> awaitingState = new HashSet<>();
    private final Set<String> unconfirmed = new HashSet<>();
    private final Map<String, Long> sentAt = new HashMap<>();
    private final Map<String, String> due = new LinkedHashMap<>();
    private boolean isTableSent;
    private boolean isTableDue;
    private boolean isInformed;
    private long confirmUntilMillis = -1;
    private long announcedAtMillis;

    LinkAwareness(String documentId, AwarenessOptions options, LimitCounters counters) {
        this.documentId = documentId;
        this.counters = counters;
        this.options = options;
    }

    @Override
    public void sessionJoined(String sessionId, Output out) {
        joined.add(sessionId);
        if (everybody.containsKey(sessionId) || everybody.size() < options.clientsMax()) {
            show(sessionId, ClientAwareness.empty(sessionId), out);
        } else {
            counters.hit(Limit.PRESENCE_CLIENTS);
        }
        answer(sessionId, out);
    }

    /** At once, or as soon as the owner has told this gateway of everybody. */
    private void answer(String sessionId, Output out) {
        if (isInformed) {
            out.toSession(sessionId, state());
        } else {
            awaitingState.add(sessionId);
        }
    }

    @Override
    public void message(String sessionId, PluginMessage message, long nowMillis, Output out) {
        if (message instanceof AwarenessUpdate update) {
            update(sessionId, update.state(), nowMillis, out);
        } else if (message instanceof AwarenessQuery) {
            answer(sessionId, out);
        }
    }

    private void update(String sessionId, ClientAwareness state, long nowMillis, Output out) {
        String clientId = state.clientId();
        boolean isOwn = clientId.equals(sessionId) || !joined.contains(sessionId) && !isSpokenFor(clientId);
        if (!isOwn) {
            out.report(sessionId + " may not show itself as " + clientId);
            return;
        }
        if (AwarenessPayload.changed(state).encode().length > options.metadataBytesMax()) {
            counters.hit(Limit.PRESENCE_BYTES);
            out.report("Presence of " + sessionId + " is larger than " + options.metadataBytesMax() + " bytes");
            return;
        }
        if (!everybody.containsKey(clientId) && everybody.size() >= options.clientsMax()) {
            counters.hit(Limit.PRESENCE_CLIENTS);
            return;
        }
        Long before = sentAt.get(clientId);
        if (before != null && nowMillis - before < options.throttleMillis()) {
            counters.hit(Limit.PRESENCE_THROTTLE);
            speakers.speaks(sessionId, clientId);
            everybody.put(clientId, state);
            due.put(clientId, sessionId);
            return;
        }
        sentAt.put(clientId, nowMillis);
        show(sessionId, state, out);
    }

    /** By somebody else: a session that is joined here, or another gateway as far as is known. */
    private boolean isSpokenFor(String clientId) {
        boolean isElsewhere = everybody.containsKey(clientId)
                && !unconfirmed.contains(clientId)
                && !speakers.areSpeakingFor(clientId);
        return joined.contains(clientId) || isElsewhere;
    }

    private void show(String sessionId, ClientAwareness state, Output out) {
        String before = speakers.speaks(sessionId, state.clientId());
        if (before != null && !before.equals(state.clientId())) {
            // It kept the id of an old socket until now, and has been told a new one.
            leave(before, out);
        }
        everybody.put(state.clientId(), state);
        unconfirmed.remove(state.clientId());
        due.remove(state.clientId());
        out.toSessions(others(sessionId, out), new AwarenessUpdate(documentId, state));
        out.toOwner(AwarenessPayload.changed(state).encode());
    }

    private static Set<String> others(String sessionId, Output out) {
        Set<String> others = new HashSet<>(out.sessionIds());
        others.remove(sessionId);
        return others;
    }

    @Override
    public void sessionClosed(String sessionId, Output out) {
        joined.remove(sessionId);
        awaitingState.remove(sessionId);
        String clientId = speakers.isGone(sessionId);
        if (clientId != null) {
            leave(clientId, out);
        }
    }

    private void leave(String clientId, Output out) {
        if (speakers.areSpeakingFor(clientId)) {
            return;
        }
        sentAt.remove(clientId);
        due.remove(clientId);
        everybody.remove(clientId);
        someoneLeft(out);
        out.toOwner(AwarenessPayload.gone(List.of(clientId)).encode());
    }

    @Override
    public void attached(boolean ownerChanged, long nowMillis, Output out) {
        if (ownerChanged) {
            unconfirmed.addAll(everybody.keySet());
            unconfirmed.removeAll(speakers.clients());
            confirmUntilMillis = nowMillis + options.confirmMillis();
        }
        announce(nowMillis, out);
    }

    private void announce(long nowMillis, Output out) {
        announcedAtMillis = nowMillis;
        Map<String, ClientAwareness> own = new LinkedHashMap<>();
        for (String clientId : speakers.clients()) {
            own.put(clientId, everybody.get(clientId));
        }
        out.toOwner(AwarenessPayload.announce(own).encode());
    }

    @Override
    public void fromOwner(byte[] bytes, Output out) {
        AwarenessPayload payload = AwarenessPayload.decode(bytes);
        List<String> gone = new ArrayList<>(payload.gone());
        if (payload.kind() == AwarenessPayload.Kind.EVERYBODY) {
            isInformed = true;
            if (confirmUntilMillis < 0) {
                everybody.keySet().stream()
                        .filter(id -> !payload.states().containsKey(id))
                        .forEach(gone::add);
            }
        }
        payload.states().forEach((id, state) -> heard(id, state, out));
        boolean someoneLeft = false;
        for (String id : gone) {
            if (!speakers.areSpeakingFor(id)) {
                unconfirmed.remove(id);
                someoneLeft |= everybody.remove(id) != null;
            }
        }
        if (someoneLeft) {
            someoneLeft(out);
        }
        if (isInformed && !awaitingState.isEmpty()) {
            out.toSessions(List.copyOf(awaitingState), state());
            awaitingState.clear();
        }
    }

    private void heard(String id, ClientAwareness state, Output out) {
        unconfirmed.remove(id);
        if (speakers.areSpeakingFor(id)) {
            return;
        }
        ClientAwareness before = everybody.put(id, state);
        if (!state.equals(before)) {
            Set<String> informed = new HashSet<>(out.sessionIds());
            informed.removeAll(awaitingState);
            out.toSessions(informed, new AwarenessUpdate(documentId, state));
        }
    }

    @Override
    public void tick(long nowMillis, Output out) {
        int announceAfter = isInformed ? options.refreshMillis() : options.repeatMillis();
        if (nowMillis - announcedAtMillis >= announceAfter && !out.sessionIds().isEmpty()) {
            // What is said about presence may be lost like anything on the bus.
            announce(nowMillis, out);
        }
        if (!due.isEmpty()) {
            List<String> ready = new ArrayList<>();
            due.keySet().forEach(clientId -> {
                if (nowMillis - sentAt.getOrDefault(clientId, 0L) >= options.throttleMillis()) {
                    ready.add(clientId);
                }
            });
            for (String clientId : ready) {
                String sessionId = due.get(clientId);
                sentAt.put(clientId, nowMillis);
                show(sessionId, everybody.get(clientId), out);
            }
        }
        if (confirmUntilMillis >= 0 && nowMillis >= confirmUntilMillis) {
            confirmUntilMillis = -1;
            isTableDue |= everybody.keySet().removeAll(unconfirmed);
            unconfirmed.clear();
        }
        isTableSent = isTableDue;
        if (isTableDue) {
            isTableDue = false;
            out.toSessions(out.sessionIds(), state());
        }
    }

    private void someoneLeft(Output out) {
        if (isTableSent) {
            isTableDue = true;
            return;
        }
        isTableSent = true;
        out.toSessions(out.sessionIds(), state());
    }

    private AwarenessState state() {
        return new AwarenessState(documentId, everybody);
    }
}
