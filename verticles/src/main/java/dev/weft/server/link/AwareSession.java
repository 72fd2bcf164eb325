package dev.weft.server.link;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.server.bus.LinkMessage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** Where one client stands with one aware document. Confined to its link. */
final class AwareSession extends LinkSession {
    /** Beyond so many its oldest own changes are forgotten, and come back to it: it has them already. */
    private static final int OWN_IDS_MAX = 4_096;

    enum Reply {
        HANDSHAKE,
        STATUS,
        NONE
    }

    Reply reply = Reply.NONE;
    /** Who writes in this session; null for one that neither shook hands nor wrote. */
    PeerId author;

    /** Broadcasts up to this number are contained in the state that was sent. */
    long liveAfter;

    /**
     * What the client holds, if its state is asked for by number besides what lies before that; null while it is live and the
     * link has passed on all of it.
     */
    VersionVector.Builder held = VersionVector.builder();

    /**
     * What it submitted and the link has not passed on yet: on its way to the owner, waiting there for a dependency, or
     * stored while its broadcast got lost. Exact, whoever else sends the same change, and whatever an owner knows of its
     * author.
     */
    private final LinkedHashSet<OperationId> own = new LinkedHashSet<>();

    long outOfSyncAtMillis = Long.MIN_VALUE / 2;

    /** It was given nothing behind this number by the present owner, but broadcasts while it was live. */
    long givenUpTo;

    /**
     * Whether it holds what an owner told that never made it durable, as far as the link knows. It may never come to be in
     * the log, and no number says that the client has it.
     */
    boolean holdsLost;

    /** Whether it is to be told a number as soon as one says all that it holds. */
    boolean isPositionDue;

    /** What its author is to be told of when it is durable; null if nothing. */
    VersionVector awaitsDurable;

    /** The log that was named to it. */
    String log;

    /** The last number it was told there. */
    long toldPosition;

    /** When an OUT_OF_SYNC is due because the document moved; negative if none is. */
    long resyncAtMillis = -1;

    final PingComparison pings = new PingComparison();

    AwareSession(String id) {
        super(id, State.UNINTRODUCED);
    }

    /** What an answer says about going on; null if that was not granted. */
    ResumePoint resumption() {
        if (!grants(Capability.RESUME)) {
            return null;
        }
        return resume == null ? ResumePoint.of(log) : resume;
    }

    /** Whether it has said what it holds. */
    boolean isIntroduced() {
        return state != State.UNINTRODUCED;
    }

    boolean takesBatches() {
        return grants(Capability.BATCH);
    }

    void submits(OperationId id) {
        if (held != null) {
            held.update(id);
        }
        if (own.add(id) && own.size() > OWN_IDS_MAX) {
            own.remove(own.iterator().next());
        }
    }

    /** The link passes a change on. @return whether this session submitted it */
    boolean passedOn(OperationId id) {
        return !own.isEmpty() && own.remove(id);
    }

    /** What the link has passed on, or knows that it will not. */
    void forgetOwnIn(DeliveredChanges delivered) {
        own.removeIf(delivered::cover);
    }

    /** It may cease to be live. @param delivered the number of the last broadcast that the link has delivered */
    void rememberGiven(long delivered) {
        if (isLive()) {
            givenUpTo = Math.max(givenUpTo, delivered);
        }
    }

    /** What it holds if it is live, and the link has delivered this. */
    VersionVector heldWhileLive(VersionVector delivered) {
        return held == null ? delivered : held.updateAll(delivered).build();
    }

    /** What it holds that was given everything up to {@code delivered}. */
    VersionVector.Builder heldAt(VersionVector delivered) {
        VersionVector.Builder all = delivered.toBuilder();
        own.forEach(all::update);
        return all;
    }

    /** The part of a version that its author made; empty if there is none, or the author is not known. */
    VersionVector ownPartOf(VersionVector version) {
        HybridTimestamp newest = author == null ? null : version.get(author);
        return newest == null
                ? VersionVector.EMPTY
                : VersionVector.builder().update(author, newest.packed()).build();
    }

    /** The part of a version that its author made, or authors of whom it said that it holds something. */
    VersionVector knownPartOf(VersionVector version) {
        VersionVector.Builder part = ownPartOf(version).toBuilder();
        for (PeerId peer : held.build().peers()) {
            HybridTimestamp newest = version.get(peer);
            if (newest != null) {
                part.update(peer, newest);
            }
        }
        return part.build();
    }

    /**
     * What a client says that it holds, without the holes in what its author made: it has pruned them, and does not want
     * them back (G14). As it is while nobody knows who that is.
     */
    VersionVector withOwnPartOf(VersionVector document, VersionVector client) {
        return client.merged(ownPartOf(document));
    }

    /** A part of the state came for it. @return what it lacks of that: what it submitted meanwhile it does not need back */
    List<Change> receives(LinkMessage.State part, Snapshot snapshot) {
        givenUpTo = Math.max(givenUpTo, part.number());
        if (snapshot != null) {
            held.updateAll(snapshot.versionVector());
        }
        List<Change> lacking = new ArrayList<>(part.blobs().size());
        for (byte[] blob : part.blobs()) {
            Change change = Change.decode(blob);
            if (!held.covers(change.author(), change.clock())) {
                held.update(change.id());
                lacking.add(change);
            }
        }
        return lacking;
    }

    /** Where it stands in the log behind a part of the state that it was given by number. */
    void movesOnBehind(LinkMessage.State part) {
        if (resume != null && part.complete()) {
            resume = null;
            held.updateAll(part.version());
        } else if (resume != null) {
            resume = new ResumePoint(resume.log(), part.number());
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

    void forgetHeldIfIn(DeliveredChanges delivered) {
        if (held != null && delivered.dominate(held)) {
            held = null;
            holdsLost = false;
        }
    }
}
