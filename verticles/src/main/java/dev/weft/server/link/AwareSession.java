package dev.weft.server.link;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Capability;
import java.util.Set;

/** Where one client stands with one aware document. Confined to its link. */
final class AwareSession {
    enum State {
        /** Known, but it has not said what it holds: the silent re-open of a stock client. */
        UNINTRODUCED,
        /** Waits for the first part of the state, which answers its handshake or status request. */
        OPENING,
        /** Gets what it lacks, part by part; broadcasts are held back. */
        CATCHING_UP,
        /** Gets every broadcast. */
        LIVE,
        /** Its socket is full: it gets nothing until there is room, and then one catch-up. */
        LAGGING
    }

    enum Reply {
        HANDSHAKE,
        STATUS,
        NONE
    }

    final String id;
    State state = State.UNINTRODUCED;
    Reply reply = Reply.NONE;
    Set<String> capabilities = Set.of();
    long openedAtMillis;

    /** The request whose answer is awaited; 0 if none is. */
    long request;

    long requestedAtMillis;

    boolean isCongested;

    /** Broadcasts up to this number are contained in the state that was sent. */
    long liveAfter;

    /** What the client holds; null while it is live and the link has passed on all of it. */
    VersionVector.Builder held = VersionVector.builder();

    long outOfSyncAtMillis = Long.MIN_VALUE / 2;

    /** When an OUT_OF_SYNC is due because the document moved; negative if none is. */
    long resyncAtMillis = -1;

    /** The document and the client as of the previous ping; what still differs at the next one was lost. */
    VersionVector documentAtPing;

    VersionVector clientAtPing;

    AwareSession(String id) {
        this.id = id;
    }

    boolean isLive() {
        return state == State.LIVE;
    }

    boolean grants(String capability) {
        return capabilities.contains(capability);
    }

    boolean takesBatches() {
        return grants(Capability.BATCH);
    }

    void holds(OperationId id) {
        if (held != null) {
            held.update(id);
        }
    }

    /** Whether a broadcast is news; a client that came back holds what it made before and what is broadcast only now. */
    boolean takes(Change change) {
        if (held == null) {
            return true;
        }
        boolean isNews = !held.covers(change.author(), change.clock());
        held.update(change.id());
        return isNews;
    }

    void forgetHeldIfIn(VersionVector.Builder delivered) {
        if (held != null && delivered.dominates(held)) {
            held = null;
        }
    }
}
