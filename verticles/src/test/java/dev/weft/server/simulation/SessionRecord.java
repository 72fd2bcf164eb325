package dev.weft.server.simulation;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Ack;
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
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.Welcome;
import dev.weft.server.registry.DocumentKey;
import dev.weft.testkit.stock.Blobs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was said and heard on one connection, judged as it happens. */
final class SessionRecord {
    private final Witness witness;
    private final SimulatedClient client;
    private final String session;
    private final DocumentKey key;

    /** What the client said it holds, in order; each lack entitles to one delivery. */
    private final List<VersionVector> reports = new ArrayList<>();

    private final Map<OperationId, Integer> delivered = new HashMap<>();
    private final Set<OperationId> sent = new HashSet<>();
    private final VersionVector.Builder covered = VersionVector.builder();
    private final Deque<List<String>> pushes = new ArrayDeque<>();
    private boolean isWelcomed;
    private long heldUpTo;
    private final Set<Long> heldBeyond = new HashSet<>();
    private final Set<Long> shown = new HashSet<>();
    private long welcomedUpTo;
    private long placeUpTo;

    SessionRecord(Witness witness, SimulatedClient client, String session) {
        this.witness = witness;
        this.client = client;
        this.session = session;
        this.key = client.key();
    }

    void said(Message message) {
        if (message instanceof HandshakeRequest handshake) {
            // Who goes on from a place holds all before it as well, and must not get any of it again.
            reports.add(handshake.resume() == null ? handshake.versionVector() : client.document.versionVector());
        } else if (message instanceof DocumentStatusRequest status) {
            reports.add(status.versionVector() == null ? VersionVector.EMPTY : status.versionVector());
        } else if (message instanceof Ping ping && ping.versionVector() != null) {
            reports.add(ping.versionVector());
        } else if (message instanceof ChangeMessage change) {
            sent.add(change.change().id());
        } else if (message instanceof ChangesMessage changes) {
            changes.changes().forEach(change -> sent.add(change.id()));
        } else if (message instanceof Push push && isWelcomed) {
            pushes.add(push.changes());
        }
    }

    void heard(Message message) {
        if (message instanceof HandshakeResponse response) {
            given(response.snapshot());
            response.changes().forEach(change -> delivered(change, false));
            requireDistinct(response.changes());
        } else if (message instanceof DocumentStatus status) {
            given(status.snapshot());
            status.changes().forEach(change -> delivered(change, false));
            requireDistinct(status.changes());
        } else if (message instanceof ChangeMessage change) {
            delivered(change.change(), true);
        } else if (message instanceof ChangesMessage changes) {
            changes.changes().forEach(change -> delivered(change, true));
        } else if (message instanceof DurableMessage durable) {
            client.madeUpTo(durable.versionVector())
                    .forEach(id -> witness.requireStored(key, id, session + " was told that it is durable"));
        } else if (message instanceof PositionMessage position) {
            witness.requirePlace(key, placeUpTo, position.seq(), this::holds, session);
            placeUpTo = Math.max(placeUpTo, position.seq());
        } else if (message instanceof Welcome welcome) {
            welcomed(welcome);
        } else if (message instanceof RelayChanges changes) {
            shown(changes);
        } else if (message instanceof Ack ack) {
            acknowledged(ack);
        }
    }

    /** A snapshot is for those who lack something that it covers (G11). */
    private void given(Snapshot snapshot) {
        if (snapshot == null) {
            return;
        }
        if (reports.stream().allMatch(held -> held.dominates(snapshot.versionVector()))) {
            throw new Violation(Invariant.ONCE, session + " got a snapshot of what it had");
        }
        covered.updateAll(snapshot.versionVector());
    }

    private void delivered(Change change, boolean isNew) {
        OperationId id = change.id();
        int times = delivered.merge(id, 1, Integer::sum);
        long lacks = reports.stream().filter(held -> !held.covers(id)).count();
        if (times > lacks) {
            throw new Violation(
                    Invariant.ONCE, session + " got " + Trace.name(change) + " for the " + times + ". time");
        }
        if (change.author().equals(client.peer()) && sent.contains(id) && client.holds(id)) {
            throw new Violation(Invariant.NO_OWN_CHANGES, session + " got its own " + Trace.name(change));
        }
        for (OperationId dependency : change.dependencies()) {
            boolean isCovered = covered.covers(dependency.peer(), dependency.clock());
            if (!client.holds(dependency) && !delivered.containsKey(dependency) && !isCovered) {
                throw new Violation(
                        Invariant.CAUSAL, session + " got " + Trace.name(change) + " before its dependency");
            }
        }
        if (isNew) {
            witness.requireShowable(key, id, "it was shown to " + session);
        }
    }

    private boolean holds(OperationId id) {
        return client.holds(id) || delivered.containsKey(id) || covered.covers(id.peer(), id.clock());
    }

    private void requireDistinct(List<Change> changes) {
        Set<OperationId> ids = new HashSet<>();
        for (Change change : changes) {
            if (!ids.add(change.id())) {
                throw new Violation(Invariant.ONCE, session + " got " + Trace.name(change) + " twice in one answer");
            }
        }
    }

    private void welcomed(Welcome welcome) {
        isWelcomed = true;
        pushes.clear();
        heldUpTo = Math.max(heldUpTo, welcome.seq());
        welcomedUpTo = welcome.seq();
        // Whoever is welcomed is told anew what comes behind the number of the welcome.
        shown.clear();
        heldBeyond.removeIf(seq -> seq <= heldUpTo);
        if (new HashSet<>(welcome.changes()).size() < welcome.changes().size()) {
            throw new Violation(Invariant.ONCE, session + " was welcomed with the same blob twice");
        }
        Blobs.changes(welcome.changes())
                .forEach(change -> witness.requireStored(key, change.id(), session + " was welcomed with it"));
    }

    private void acknowledged(Ack ack) {
        List<String> push = pushes.poll();
        if (push == null) {
            // It was made before the last welcome; the client counts as the reference does.
            return;
        }
        if (push.size() != ack.count()) {
            throw new Violation(
                    Invariant.I5_SEQUENCE_WITHOUT_GAP,
                    session + " pushed " + push.size() + " blobs, " + ack.count() + " were acknowledged");
        }
        range(ack.seq() - ack.count(), push, "acknowledged to " + session);
    }

    private void range(long before, List<String> blobs, String because) {
        long seq = before;
        for (String blob : blobs) {
            seq++;
            witness.numbered(key, seq, blob, because);
            heldBeyond.add(seq);
        }
        while (heldBeyond.remove(heldUpTo + 1)) {
            heldUpTo++;
        }
    }

    /** An author that was behind may be shown its own blobs among the others; nothing else comes twice. */
    private void shown(RelayChanges changes) {
        long seq = changes.seq() - changes.changes().size();
        for (String blob : changes.changes()) {
            seq++;
            boolean isOwn = Blobs.change(blob).author().equals(client.peer());
            if (!shown.add(seq) || !isOwn && seq <= welcomedUpTo) {
                throw new Violation(Invariant.ONCE, session + " was shown number " + seq + " twice");
            }
        }
        range(changes.seq() - changes.changes().size(), changes.changes(), "shown to " + session);
    }

    /** Whether numbers are missing between those the session was given. */
    boolean hasGap() {
        return !heldBeyond.isEmpty();
    }
}
