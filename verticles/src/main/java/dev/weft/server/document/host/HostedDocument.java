package dev.weft.server.document.host;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.bus.LinkMessage.Outcome;
import dev.weft.server.bus.LinkMessage.Result;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.Replica.Accepted;
import dev.weft.server.document.host.Replica.Verdict;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One aware document under its owner: takes changes in, has them stored, and tells everybody who follows. */
public final class HostedDocument implements Hosted {
    /*
     * Every accepted change gets the next log position, and the position is also its broadcast number. Three marks move
     * over the log, never backwards: applied >= persisting >= durable. Peers and acknowledgements only ever see what is
     * durable; that is the whole promise.
     *
     * An answer that contains more than is durable (the state for a joining session, the attachment of a link) is
     * computed at once and held back until the log is durable up to the number it carries. Whoever gets it skips
     * broadcasts up to that number, so nothing is missed and nothing comes twice, however the bus reorders.
     *
     * A link numbers its submissions. The owner takes them strictly in order, answers repeats with the mark it has
     * reached, and asks for the rest when one is missing. After a change of owner the link says where it begins.
     */

    private final DocumentKey key;
    private final long epoch;
    private final Replica replica;
    private final HostLimits limits;

    private final Map<LinkAddress, Follower> followers = new LinkedHashMap<>();
    private final Deque<Entry> unpersisted = new ArrayDeque<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Deque<Held> held = new ArrayDeque<>();
    private final RecentBroadcasts recent;
    private long applied;
    private long persisting;
    private long durable;
    private boolean retryPersist;

    private List<HostEffect> effects = new ArrayList<>();

    /** @param lastPosition the last position in the log the replica was loaded from */
    public HostedDocument(DocumentKey key, long epoch, Replica replica, long lastPosition, HostLimits limits) {
        this.key = key;
        this.epoch = epoch;
        this.replica = replica;
        this.limits = limits;
        this.applied = lastPosition;
        this.persisting = lastPosition;
        this.durable = lastPosition;
        this.recent = new RecentBroadcasts(lastPosition, limits.recentBytesMax());
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public boolean isIdle() {
        return followers.isEmpty() && durable == applied;
    }

    @Override
    public List<HostEffect> receive(OwnerMessage message, long nowMillis) {
        if (message instanceof OwnerMessage.Submit submit) {
            submit(submit, nowMillis);
        } else if (message instanceof OwnerMessage.ReadState read) {
            readState(read, nowMillis);
        } else if (message instanceof OwnerMessage.Attach attach) {
            attach(attach, nowMillis);
        } else if (message instanceof OwnerMessage.Resync resync) {
            resync(resync, nowMillis);
        } else if (message instanceof OwnerMessage.Detach detach) {
            followers.remove(detach.from());
        } else if (message instanceof OwnerMessage.Upload upload) {
            report("An aware document got a relay snapshot from " + upload.from());
        } else {
            throw new AssertionError(message);
        }
        return takeEffects();
    }

    private void attach(OwnerMessage.Attach attach, long nowMillis) {
        LinkAddress link = attach.from();
        if (!followers.containsKey(link) && followers.size() >= limits.followersMax()) {
            send(new LinkMessage.Refused(key, link, epoch, "INTERNAL_ERROR", "Too many links follow it", true));
            return;
        }
        Follower follower = followers.computeIfAbsent(link, l -> new Follower(attach.firstSubmit()));
        follower.attachedAt = applied;
        // A first-time link has no session that has seen anything, so there is nothing it could have missed.
        Missed missed = attach.deliveredEpoch() == 0 ? Missed.NOTHING : missedSince(attach);
        hold(
                new LinkMessage.Attached(key, link, epoch, applied, missed.entries, missed.complete, replica.version()),
                nowMillis);
    }

    private Missed missedSince(OwnerMessage.Attach attach) {
        if (attach.deliveredEpoch() == epoch) {
            return missedSince(attach.deliveredNumber(), attach.delivered());
        }
        return missedSince(attach.delivered());
    }

    private Missed missedSince(long number, VersionVector delivered) {
        if (!recent.reachesBackTo(number)) {
            return missedSince(delivered);
        }
        List<Entry> entries = recent.after(number);
        entries.addAll(unpersisted);
        return new Missed(entries, true);
    }

    private Missed missedSince(VersionVector delivered) {
        Replica.Export export = replica.newerThan(delivered, limits.messageBytesMax());
        List<Entry> entries = new ArrayList<>(export.changes().size());
        export.changes().forEach(change -> entries.add(new Entry(change.encoded(), null)));
        return new Missed(entries, export.complete());
    }

    private void resync(OwnerMessage.Resync resync, long nowMillis) {
        Follower follower = followers.get(resync.from());
        if (follower == null || resync.epoch() != epoch) {
            send(new LinkMessage.NotOwner(key, resync.from(), epoch, null));
            return;
        }
        follower.attachedAt = applied;
        Missed missed = missedSince(resync.deliveredNumber(), resync.delivered());
        hold(
                new LinkMessage.Attached(
                        key, resync.from(), epoch, applied, missed.entries, missed.complete, replica.version()),
                nowMillis);
    }

    private void readState(OwnerMessage.ReadState read, long nowMillis) {
        VersionVector since = read.since() == null ? VersionVector.EMPTY : read.since();
        Replica.Export export = replica.newerThan(since, Math.min(read.bytesMax(), limits.messageBytesMax()));
        List<byte[]> blobs = new ArrayList<>(export.changes().size());
        export.changes().forEach(change -> blobs.add(change.encoded()));
        hold(
                new LinkMessage.State(
                        key,
                        read.from(),
                        epoch,
                        read.request(),
                        applied,
                        null,
                        0,
                        blobs,
                        0,
                        false,
                        replica.version(),
                        export.complete()),
                nowMillis);
    }

    private void submit(OwnerMessage.Submit submit, long nowMillis) {
        Follower follower = followers.get(submit.from());
        if (follower == null || submit.epoch() != epoch) {
            send(new LinkMessage.NotOwner(key, submit.from(), epoch, null));
            return;
        }
        if (submit.number() > follower.nextSubmit) {
            askForRest(submit.from(), follower);
            return;
        }
        if (submit.number() < follower.nextSubmit) {
            repeatAnswer(submit, follower);
            return;
        }
        follower.nextSubmit++;
        Result result = accept(submit, nowMillis);
        waiting.addLast(new Waiting(submit.from(), result, applied));
        persistMore();
        answerDurable();
    }

    private void askForRest(LinkAddress link, Follower follower) {
        // Once per gap: the submissions behind the missing one are on their way and would each ask again.
        if (follower.askedFor != follower.nextSubmit) {
            follower.askedFor = follower.nextSubmit;
            send(new LinkMessage.Accepted(key, link, epoch, follower.answered, List.of(), true));
        }
    }

    private void repeatAnswer(OwnerMessage.Submit submit, Follower follower) {
        if (submit.number() <= follower.answered) {
            send(new LinkMessage.Accepted(key, submit.from(), epoch, follower.answered, List.of(), false));
        }
    }

    private Result accept(OwnerMessage.Submit submit, long nowMillis) {
        List<Change> changes = new ArrayList<>(submit.blobs().size());
        try {
            submit.blobs().forEach(blob -> changes.add(Change.decode(blob)));
        } catch (CrdtFormatException e) {
            // The gateway decodes before it submits, so this is a gateway of another version or a fault of ours.
            return result(submit, Outcome.REFUSED, e.getMessage());
        }
        Verdict verdict = replica.accept(changes, submit.sessionId(), nowMillis);
        for (Accepted accepted : verdict.accepted()) {
            unpersisted.addLast(new Entry(accepted.change().encoded(), accepted.origin()));
            applied++;
        }
        if (verdict.refusal() != null) {
            return result(submit, Outcome.REFUSED, verdict.refusal());
        }
        return result(submit, verdict.notReady() ? Outcome.NOT_READY : Outcome.ACCEPTED, null);
    }

    private static Result result(OwnerMessage.Submit submit, Outcome outcome, String reason) {
        return new Result(submit.number(), outcome, 0, submit.blobs().size(), 0, false, reason);
    }

    @Override
    public List<HostEffect> persisted(long upToPosition, long nowMillis) {
        List<Entry> entries = new ArrayList<>();
        while (durable < upToPosition) {
            Entry entry = unpersisted.removeFirst();
            durable++;
            recent.add(entry);
            entries.add(entry);
        }
        broadcast(entries, nowMillis);
        answerDurable();
        releaseHeld(nowMillis);
        persistMore();
        return takeEffects();
    }

    private void broadcast(List<Entry> entries, long nowMillis) {
        long number = durable - entries.size();
        int from = 0;
        while (from < entries.size()) {
            int to = from;
            int bytes = 0;
            do {
                bytes += entries.get(to++).blob().length;
            } while (to < entries.size() && bytes + entries.get(to).blob().length <= limits.messageBytesMax());
            number += to - from;
            List<Entry> part = entries.subList(from, to);
            for (Map.Entry<LinkAddress, Follower> each : followers.entrySet()) {
                broadcastTo(each.getKey(), each.getValue(), number, part, nowMillis);
            }
            from = to;
        }
    }

    private void broadcastTo(LinkAddress link, Follower follower, long number, List<Entry> part, long nowMillis) {
        long alreadyHas = follower.attachedAt - (number - part.size());
        if (alreadyHas >= part.size()) {
            return;
        }
        List<Entry> rest = alreadyHas > 0 ? part.subList((int) alreadyHas, part.size()) : part;
        follower.quietSinceMillis = nowMillis;
        follower.heartbeatsSinceBroadcast = 0;
        send(new LinkMessage.Broadcast(key, link, epoch, number, rest));
    }

    private void answerDurable() {
        Map<LinkAddress, List<Result>> answers = new LinkedHashMap<>();
        while (!waiting.isEmpty() && waiting.peekFirst().position <= durable) {
            Waiting next = waiting.removeFirst();
            answers.computeIfAbsent(next.link, l -> new ArrayList<>()).add(next.result);
        }
        answers.forEach((link, results) -> {
            Follower follower = followers.get(link);
            if (follower != null) {
                follower.answered = results.get(results.size() - 1).submit();
                send(new LinkMessage.Accepted(key, link, epoch, follower.answered, results, false));
            }
        });
    }

    private void persistMore() {
        if (persisting != durable || persisting == applied) {
            return;
        }
        List<byte[]> blobs = new ArrayList<>();
        long bytes = 0;
        for (Entry entry : unpersisted) {
            bytes += entry.blob().length;
            if (!blobs.isEmpty() && bytes > limits.persistBytesMax()) {
                break;
            }
            blobs.add(entry.blob());
        }
        persisting += blobs.size();
        effects.add(new HostEffect.Persist(durable + 1, blobs));
    }

    @Override
    public List<HostEffect> persistFailed(boolean stale, long nowMillis) {
        persisting = durable;
        if (stale) {
            followers.keySet().forEach(link -> send(new LinkMessage.NotOwner(key, link, epoch, null)));
            followers.clear();
            effects.add(new HostEffect.StepDown("The store has seen a higher epoch than " + epoch));
        } else {
            retryPersist = true;
        }
        return takeEffects();
    }

    @Override
    public List<HostEffect> nodeLeft(String nodeId) {
        followers.keySet().removeIf(link -> link.nodeId().equals(nodeId));
        return takeEffects();
    }

    @Override
    public List<HostEffect> tick(long nowMillis) {
        if (retryPersist) {
            retryPersist = false;
            persistMore();
        }
        releaseHeld(nowMillis);
        followers.forEach((link, follower) -> heartbeat(link, follower, nowMillis));
        return takeEffects();
    }

    private void heartbeat(LinkAddress link, Follower follower, long nowMillis) {
        // A few soon after a broadcast, because the last one before a silence is the one whose loss nobody notices.
        // And while an answer is owed, so that a slow store is not mistaken for a dead owner.
        boolean isOwed = !waiting.isEmpty() || !held.isEmpty();
        int interval = isOwed || follower.heartbeatsSinceBroadcast < Follower.PROMPT_HEARTBEATS
                ? limits.heartbeatMillis()
                : limits.heartbeatIdleMillis();
        if (nowMillis - follower.quietSinceMillis >= interval) {
            follower.quietSinceMillis = nowMillis;
            follower.heartbeatsSinceBroadcast++;
            send(new LinkMessage.Heartbeat(key, link, epoch, durable));
        }
    }

    private void hold(LinkMessage message, long nowMillis) {
        held.addLast(new Held(message, applied, nowMillis));
        releaseHeld(nowMillis);
    }

    private void releaseHeld(long nowMillis) {
        while (!held.isEmpty()
                && (held.peekFirst().position <= durable
                        || nowMillis - held.peekFirst().sinceMillis >= limits.heldAnswerMillisMax())) {
            send(held.removeFirst().message);
        }
    }

    private void send(LinkMessage message) {
        effects.add(new HostEffect.Send(message));
    }

    private void report(String what) {
        effects.add(new HostEffect.Report(what));
    }

    private List<HostEffect> takeEffects() {
        List<HostEffect> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    /** A submission that is applied, and the position up to which the log must be durable before it is answered. */
    private record Waiting(LinkAddress link, Result result, long position) {}

    /** An answer that contains more than was durable when it was computed. */
    private record Held(LinkMessage message, long position, long sinceMillis) {}

    private record Missed(List<Entry> entries, boolean complete) {
        static final Missed NOTHING = new Missed(List.of(), true);
    }

    private static final class Follower {
        static final int PROMPT_HEARTBEATS = 3;

        /** Broadcasts up to this number are contained in the last attachment. */
        long attachedAt;

        long nextSubmit;
        long answered;
        long askedFor;
        long quietSinceMillis;
        int heartbeatsSinceBroadcast;

        Follower(long firstSubmit) {
            this.nextSubmit = firstSubmit;
            this.answered = firstSubmit - 1;
        }
    }
}
