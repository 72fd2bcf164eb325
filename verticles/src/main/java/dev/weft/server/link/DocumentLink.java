package dev.weft.server.link;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Message;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.link.ReplayRing.Submission;
import dev.weft.server.plugin.LinkPlugin;
import dev.weft.server.registry.DocumentKey;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One gateway's interest in one document: deals with what its owner says. Subclasses know what the two kinds of sessions
 * say. Confined to the context of its gateway; every method is one input, and {@link #takeEffects} returns what is to be
 * done because of it. Times are milliseconds of a clock that never goes backwards.
 */
public abstract class DocumentLink {
    /*
     * The bus may lose, repeat and delay, and the owner may die. Three rules make this invisible to clients, and one class
     * keeps what each of them needs:
     *
     * Upwards (Submissions), every submission stays in the ring, numbered, until the owner says that it is durable. After a
     * change of owner, and whenever the answer is late, what is in the ring is sent again; the owner takes each number once.
     *
     * Downwards (DeliveredNumbers), broadcasts are numbered per ownership. A number that does not follow, or a heartbeat that
     * is ahead, is answered with a request for what lies between. Nothing is passed on before the gap is filled. A number is
     * a position of the document's log, so it means the same under the next owner, if that has the same log; if not, what
     * the link lacks is told by version. What an owner tells ahead of the store has numbers that are only its own: every
     * broadcast says how far the log is durable, and a link that leaves its owner goes back to there.
     *
     * Across (OwnerRelation), an owner that stays silent while something is unanswered is suspected. Suspecting a living
     * owner is harmless: the claim of the next one raises the epoch, and the store refuses the old one from then on.
     */

    final DocumentKey key;
    final LinkLimits limits;
    final LinkOutput output = new LinkOutput();
    final OwnerRelation owner;
    final DeliveredNumbers numbers;
    final Submissions submissions;
    final LinkPlugins plugins;
    private final LinkAddress self;
    private final boolean create;
    private long emptySinceMillis = -1;

    DocumentLink(DocumentKey key, LinkAddress self, boolean create, LinkLimits limits) {
        this.key = key;
        this.self = self;
        this.create = create;
        this.limits = limits;
        this.owner = new OwnerRelation(key, self, limits, output);
        this.numbers = new DeliveredNumbers(limits);
        this.submissions = new Submissions(owner, limits, output);
        this.plugins = new LinkPlugins(key.id(), owner, this::followers, output);
    }

    public DocumentKey key() {
        return key;
    }

    public LinkAddress address() {
        return self;
    }

    /** Lets plugins, by name, take part. Call before the first input. */
    public DocumentLink withPlugins(Map<String, LinkPlugin> beside) {
        plugins.are(beside);
        return this;
    }

    /** What was submitted and is not acknowledged yet, in bytes. */
    public long unacknowledgedBytes() {
        return submissions.unacknowledged();
    }

    /** Broadcasts that are kept for sessions about to go live, in bytes. */
    public long recentBytes() {
        return 0;
    }

    /** The effects of the inputs since the last call, in order. */
    public List<LinkEffect> takeEffects() {
        return output.take();
    }

    // What subclasses decide.

    /** A message of a client arrived on a connection. */
    public abstract void receive(String sessionId, Message message, long nowMillis);

    /** The connection of a session is gone. */
    public abstract void closed(String sessionId, long nowMillis);

    /** The socket of a session does not take more at present. */
    public abstract void congested(String sessionId, long nowMillis);

    /** The socket of a session takes data again. */
    public abstract void drained(String sessionId, long nowMillis);

    /** Whether a change has come back from the owner, so that whoever shows it again says nothing new. */
    public boolean hasDelivered(Change change) {
        return false;
    }

    abstract boolean hasSessions();

    /** The sessions that follow the document. */
    abstract Set<String> followers();

    /** Whether a session waits for, or lives from, what an owner says. */
    abstract boolean needsOwner();

    /**
     * What the link lacks is about to be delivered, or skipped.
     *
     * @param numbersAreVoid whether it was computed without the numbers of the last ownership
     */
    abstract void attaching(boolean numbersAreVoid);

    abstract boolean awaitsState();

    /** Those of a list from another log, which ends with this number, that were not delivered from the last one. */
    abstract List<Entry> undelivered(List<Entry> entries, long number);

    /** The log is durable up to this number, by the word of its owner. */
    abstract void durable(long number);

    /** Numbers belong to another log from now on. */
    abstract void logChanged();

    /**
     * The link leaves its owner. What was told ahead is not in the log, and comes again.
     *
     * @return the number of the last that was delivered and is durable
     */
    abstract long keepDurable();

    /** Entries nobody was told of yet; the last has this number. */
    abstract void deliver(List<Entry> entries, long number, long nowMillis);

    abstract void stateRead(LinkMessage.State state, long nowMillis);

    abstract void answered(Submission submission, LinkMessage.Result result, long nowMillis);

    /**
     * The link follows.
     *
     * @param ownerChanged whether it followed another ownership before
     * @param complete whether all that was missed has been delivered; if not, nothing of it was
     */
    abstract void attached(LinkMessage.Attached message, boolean ownerChanged, boolean complete, long nowMillis);

    abstract void refused(LinkMessage.Refused refusal, long nowMillis);

    abstract void sessionTick(long nowMillis);

    /** What all sessions that are up to date have. */
    abstract VersionVector deliveredVersion();

    // Inputs from the cluster.

    public final void routed(String nodeId, long nowMillis) {
        if (owner.routed(nodeId, nowMillis)) {
            attach(nowMillis);
        }
    }

    /** No node can own it now. The search goes on while a session waits. */
    public final void unroutable(String reason, long nowMillis) {
        output.report(null, "No owner for " + key + ": " + reason);
        lose(nowMillis);
    }

    public final void memberLeft(String nodeId, long nowMillis) {
        if (owner.isRoutedTo(nodeId)) {
            suspect();
        }
    }

    public final void receive(LinkMessage message, long nowMillis) {
        if (!message.to().equals(self)) {
            return;
        }
        if (message instanceof LinkMessage.Attached attached) {
            onAttached(attached, nowMillis);
        } else if (message instanceof LinkMessage.NotOwner notOwner) {
            onNotOwner(notOwner, nowMillis);
        } else if (message instanceof LinkMessage.Refused refusal) {
            onRefused(refusal, nowMillis);
        } else if (owner.isFrom(message)) {
            owner.heard(nowMillis);
            onOwnerSpeaks(message, nowMillis);
        }
    }

    private void onOwnerSpeaks(LinkMessage message, long nowMillis) {
        if (message instanceof LinkMessage.Broadcast broadcast) {
            onBroadcast(broadcast, nowMillis);
        } else if (message instanceof LinkMessage.Accepted accepted) {
            submissions.accepted(accepted, this::answered, nowMillis);
        } else if (message instanceof LinkMessage.State state) {
            stateRead(state, nowMillis);
        } else if (message instanceof LinkMessage.ForPlugin forPlugin) {
            plugins.fromOwner(forPlugin.plugin(), forPlugin.payload());
        } else if (message instanceof LinkMessage.Heartbeat heartbeat) {
            durable(heartbeat.durable());
            if (heartbeat.number() > numbers.last()) {
                resync(nowMillis);
            }
        } else {
            throw new AssertionError(message);
        }
    }

    private void onAttached(LinkMessage.Attached message, long nowMillis) {
        if (!owner.mayAttach(message)) {
            return;
        }
        boolean repeated = owner.isRepeated(message);
        boolean ownerChanged = owner.isChangedBy(message);
        owner.answered(nowMillis);
        if (repeated && message.number() < numbers.last()) {
            numbers.answered();
            return;
        }
        if (!repeated) {
            leaveOwner();
        }
        boolean isSameLog = repeated || numbers.goOnIn(message);
        boolean hasGap = owner.epoch() != 0 && isSameLog && numbers.haveGapBefore(message);
        if (repeated && message.complete() && hasGap) {
            // The answer to an earlier question, from before this link had anything to miss.
            numbers.answered();
            resync(nowMillis);
            return;
        }
        boolean complete = message.complete() && !hasGap;
        owner.attached(message.epoch());
        numbers.answered();
        attaching(!isSameLog);
        List<Entry> missed = complete ? undelivered(message, isSameLog) : List.of();
        if (!isSameLog) {
            logChanged();
        }
        durable(message.durable());
        numbers.are(message.log(), message.number());
        deliver(missed, numbers.last(), nowMillis);
        attached(message, ownerChanged, complete, nowMillis);
        if (ownerChanged) {
            output.add(new LinkEffect.Followed(owner.node(), owner.epoch()));
        }
        if (!repeated) {
            plugins.attached(ownerChanged, nowMillis);
            submissions.sendAll();
        }
    }

    private List<Entry> undelivered(LinkMessage.Attached message, boolean isSameLog) {
        return isSameLog
                // The answer may overlap with broadcasts that came after it was asked for.
                ? numbers.notDelivered(message.missed(), message.number())
                // It was asked for with what the link had then; it may have been attached elsewhere in between.
                : undelivered(message.missed(), message.number());
    }

    private void onBroadcast(LinkMessage.Broadcast broadcast, long nowMillis) {
        durable(broadcast.durable());
        if (numbers.contain(broadcast)) {
            return;
        }
        if (numbers.miss(broadcast)) {
            resync(nowMillis);
            return;
        }
        deliver(numbers.follow(broadcast), broadcast.number(), nowMillis);
    }

    private void onNotOwner(LinkMessage.NotOwner message, long nowMillis) {
        if (!owner.isDeniedBy(message)) {
            return;
        }
        boolean isFirstFailure = lose(nowMillis);
        if (message.hint() != null && isFirstFailure) {
            routed(message.hint(), nowMillis);
        }
    }

    private void onRefused(LinkMessage.Refused refusal, long nowMillis) {
        if (!owner.isRouted()) {
            return;
        }
        if (refusal.retryable()) {
            output.report(null, key + " is refused for now: " + refusal.reason());
            lose(nowMillis);
        } else {
            leaveOwner();
            owner.givenUp();
            refused(refusal, nowMillis);
        }
    }

    private void attach(long nowMillis) {
        owner.attach(create, deliveredVersion(), numbers, submissions.firstNumber(), nowMillis);
    }

    private void resync(long nowMillis) {
        if (numbers.ask(nowMillis)) {
            owner.resync(deliveredVersion(), numbers.last(), nowMillis);
        }
    }

    /** @return whether it is the first failure in a row */
    private boolean lose(long nowMillis) {
        leaveOwner();
        return owner.lost(nowMillis);
    }

    private void suspect() {
        leaveOwner();
        owner.suspected();
    }

    private void leaveOwner() {
        if (owner.epoch() != 0) {
            numbers.goBackTo(keepDurable());
        }
    }

    public final void tick(long nowMillis) {
        sessionTick(nowMillis);
        plugins.tick(nowMillis);
        switch (owner.stage()) {
            case UNROUTED -> {
                if (needsOwner() || !submissions.isEmpty()) {
                    owner.find(nowMillis);
                }
            }
            case FINDING -> {
                // The answer comes from this node's own router, which has its own time-outs.
            }
            case ATTACHING -> {
                if (owner.isAttachingInVain(nowMillis)) {
                    suspect();
                } else if (owner.mayBeAskedAgain(nowMillis)) {
                    attach(nowMillis);
                }
            }
            case ATTACHED -> watchOwner(nowMillis);
        }
        discardIfUnused(nowMillis);
    }

    private void watchOwner(long nowMillis) {
        if (numbers.areAwaitingMissed() || owner.isQuiet(nowMillis) && hasSessions()) {
            resync(nowMillis);
        }
        boolean isUnanswered = !submissions.isEmpty() || numbers.areAwaitingMissed() || awaitsState();
        if (!isUnanswered) {
            owner.nothingIsUnanswered(nowMillis);
        } else if (owner.isSilent(nowMillis)) {
            suspect();
        } else {
            submissions.repeatIfLate(nowMillis);
        }
    }

    private void discardIfUnused(long nowMillis) {
        if (hasSessions() || !submissions.isEmpty()) {
            emptySinceMillis = -1;
        } else if (emptySinceMillis < 0) {
            emptySinceMillis = nowMillis;
        } else if (nowMillis - emptySinceMillis >= limits.lingerMillis()) {
            if (owner.isRouted()) {
                owner.detach();
            }
            output.add(new LinkEffect.Discard());
        }
    }

    /** A session is over for this document; its connection stays. */
    final void forget(String sessionId) {
        submissions.unpause(sessionId);
        output.add(new LinkEffect.Forget(sessionId));
    }
}
