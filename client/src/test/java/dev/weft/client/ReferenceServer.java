package dev.weft.client;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The aware mode of the reference server, written from the specification and no friendlier than it: no acknowledgement,
 * one OUT_OF_SYNC per change that is not ready, silence towards whoever has not shaken hands, changes grouped by author.
 * One document. Safe for a test to look at while others talk to it. Knows sessions by name and hands out messages; sockets and simulated networks carry them.
 */
public final class ReferenceServer {
    private final String documentId;
    private final BiConsumer<String, Message> out;
    private final Map<OperationId, Change> stored = new LinkedHashMap<>();
    private final Set<String> subscribed = new LinkedHashSet<>();
    private Snapshot snapshot;
    private int sessions;
    /** What the reference does not have: changes received more often than once, from whomever. */
    public int duplicatesReceived;

    public int outOfSyncSent;

    public ReferenceServer(String documentId, BiConsumer<String, Message> out) {
        this.documentId = documentId;
        this.out = out;
    }

    public synchronized void receive(String session, Message message) {
        if (message instanceof Ping ping) {
            out.accept(session, new Pong(ping.documentId(), ping.timestamp(), ping.timestamp() + 1));
        } else if (!message.documentId().equals(documentId)) {
            out.accept(session, new ErrorMessage(message.documentId(), ErrorCode.DOCUMENT_NOT_FOUND, "not found"));
        } else if (message instanceof HandshakeRequest request) {
            subscribed.add(session);
            out.accept(
                    session,
                    new HandshakeResponse(
                            documentId,
                            snapshot,
                            newerThan(request.versionVector()),
                            "session-" + ++sessions,
                            versionVector(),
                            Set.of()));
        } else if (message instanceof DocumentStatusRequest request) {
            subscribed.add(session);
            VersionVector held = request.versionVector() == null ? VersionVector.EMPTY : request.versionVector();
            out.accept(session, new DocumentStatus(documentId, snapshot, newerThan(held), versionVector()));
        } else if (message instanceof ChangeMessage change) {
            take(session, List.of(change.change()));
        } else if (message instanceof ChangesMessage changes) {
            take(session, changes.changes());
        }
    }

    private void take(String session, List<Change> changes) {
        if (!subscribed.contains(session)) {
            return;
        }
        for (Change change : changes) {
            if (stored.containsKey(change.id())) {
                duplicatesReceived++;
            } else if (change.dependencies().stream().allMatch(this::holds)) {
                store(change);
                for (String other : List.copyOf(subscribed)) {
                    if (!other.equals(session)) {
                        out.accept(other, new ChangeMessage(documentId, change));
                    }
                }
            } else {
                outOfSyncSent++;
                out.accept(session, new ErrorMessage(documentId, ErrorCode.OUT_OF_SYNC, "Please re-sync."));
            }
        }
    }

    private boolean holds(OperationId id) {
        return stored.containsKey(id)
                || snapshot != null && snapshot.versionVector().covers(id);
    }

    public synchronized void store(Change change) {
        stored.put(change.id(), change);
    }

    public synchronized void disconnected(String session) {
        subscribed.remove(session);
    }

    /** Forgets a session and leaves its socket open: what the reference does when a client is slow (spec 4.8). */
    public synchronized void dropSilently(String session) {
        subscribed.remove(session);
    }

    /** The store is lost, the sessions stay: what makes every client's next change out of sync. */
    public synchronized void loseState() {
        stored.clear();
        snapshot = null;
    }

    /** Compresses all history, as the reference does when every client has it. */
    public synchronized void compact() {
        snapshot = Snapshot.of(versionVector(), Map.of());
        stored.clear();
    }

    public synchronized VersionVector versionVector() {
        VersionVector.Builder vector =
                snapshot == null ? VersionVector.builder() : snapshot.versionVector().toBuilder();
        stored.keySet().forEach(vector::update);
        return vector.build();
    }

    public synchronized Set<OperationId> ids() {
        return Set.copyOf(stored.keySet());
    }

    private List<Change> newerThan(VersionVector held) {
        Map<Object, List<Change>> byAuthor = new LinkedHashMap<>();
        stored.values().stream().filter(change -> !held.covers(change.id())).forEach(change -> byAuthor.computeIfAbsent(
                        change.author(), any -> new ArrayList<>())
                .add(change));
        List<Change> grouped = new ArrayList<>();
        byAuthor.values().forEach(changes -> {
            changes.sort(Change.REPLAY_ORDER);
            grouped.addAll(changes);
        });
        return grouped;
    }
}
