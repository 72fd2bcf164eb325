package dev.weft.server.link;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.limits.Limit;
import dev.weft.server.link.LinkEffect.Suspect;
import dev.weft.server.link.ReplayRing.Submission;
import dev.weft.server.plugin.LinkPlugin;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One gateway's interest in one document: the relation to whoever owns it. Subclasses know what the two kinds of
 * sessions say. Confined to the context of its gateway; every method is one input, and {@link #takeEffects} returns what
 * is to be done because of it. Times are milliseconds of a clock that never goes backwards.
 */
public abstract class DocumentLink {
    /*
     * The bus may lose, repeat and delay, and the owner may die. Three rules make this invisible to clients:
     *
     * Upwards, every submission stays in the ring, numbered, until the owner says that it is durable. After a change of
     * owner, and whenever the answer is late, what is in the ring is sent again; the owner takes each number once.
     *
     * Downwards, broadcasts are numbered per ownership. A number that does not follow, or a heartbeat that is ahead, is
     * answered with a request for what lies between. Nothing is passed on before the gap is filled. A number is a
     * position of the document's log, so it means the same under the next owner, if that has the same log; if not, what
     * the link lacks is told by version. What an owner tells ahead of the store has numbers that are only its own: every
     * broadcast says how far the log is durable, and a link that leaves its owner goes back to there.
     *
     * An owner that stays silent while something is unanswered is suspected. Suspecting a living owner is harmless: the
     * claim of the next one raises the epoch, and the store refuses the old one from then on.
     */

    private enum Relation {
        UNROUTED,
        FINDING,
        ATTACHING,
        ATTACHED
    }

    protected final DocumentKey key;
    protected final LinkLimits limits;
    private final LinkAddress self;
    private final boolean create;

    private final ReplayRing ring = new ReplayRing();
    private final Set<String> paused = new HashSet<>();
    private List<LinkEffect> effects = new ArrayList<>();

    private Relation relation = Relation.UNROUTED;
    private String ownerNode;
    private String epochNode;
    private long epoch;
    private String log = "";
    private long delivered;
    private boolean resyncing;
    private long askedAtMillis;
    private long resyncAtMillis;
    private long saidAtMillis;
    private long unansweredSinceMillis = -1;
    private long heardAtMillis;
    private long findNotBeforeMillis;
    private int failedAttempts;
    private long emptySinceMillis = -1;
    private Suspect suspect;
    private Map<String, LinkPlugin> plugins = Map.of();
    private final PluginOutput output = new PluginOutput();

    protected DocumentLink(DocumentKey key, LinkAddress self, boolean create, LinkLimits limits) {
        this.key = key;
        this.self = self;
        this.create = create;
        this.limits = limits;
    }

    public DocumentKey key() {
        return key;
    }

    public LinkAddress address() {
        return self;
    }

    /** Lets plugins, by name, take part. Call before the first input. */
    public DocumentLink withPlugins(Map<String, LinkPlugin> beside) {
        plugins = Map.copyOf(beside);
        return this;
    }

    /** What was submitted and is not acknowledged yet, in bytes. */
    public long unacknowledgedBytes() {
        return ring.bytes();
    }

    /** Broadcasts that are kept for sessions about to go live, in bytes. */
    public long recentBytes() {
        return 0;
    }

    /** The effects of the inputs since the last call, in order. */
    public List<LinkEffect> takeEffects() {
        List<LinkEffect> taken = effects;
        effects = new ArrayList<>();
        return taken;
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
        if (relation == Relation.ATTACHED || relation == Relation.ATTACHING && nodeId.equals(ownerNode)) {
            return;
        }
        ownerNode = nodeId;
        relation = Relation.ATTACHING;
        heardAtMillis = nowMillis;
        sendAttach(nowMillis);
    }

    /** No node can own it now. The search goes on while a session waits. */
    public final void unroutable(String reason, long nowMillis) {
        report(null, "No owner for " + key + ": " + reason);
        lose(nowMillis);
    }

    public final void memberLeft(String nodeId, long nowMillis) {
        if (nodeId.equals(ownerNode) && (relation == Relation.ATTACHED || relation == Relation.ATTACHING)) {
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
        } else if (relation == Relation.ATTACHED && message.epoch() == epoch) {
            heardAtMillis = nowMillis;
            onOwnerSpeaks(message, nowMillis);
        }
    }

    private void onOwnerSpeaks(LinkMessage message, long nowMillis) {
        if (message instanceof LinkMessage.Broadcast broadcast) {
            onBroadcast(broadcast, nowMillis);
        } else if (message instanceof LinkMessage.Accepted accepted) {
            onAccepted(accepted, nowMillis);
        } else if (message instanceof LinkMessage.State state) {
            stateRead(state, nowMillis);
        } else if (message instanceof LinkMessage.ForPlugin forPlugin) {
            withPlugin(forPlugin.plugin(), plugin -> plugin.fromOwner(forPlugin.payload(), output));
        } else if (message instanceof LinkMessage.Heartbeat heartbeat) {
            durable(heartbeat.durable());
            if (heartbeat.number() > delivered) {
                resync(nowMillis);
            }
        } else {
            throw new AssertionError(message);
        }
    }

    private void onAttached(LinkMessage.Attached message, long nowMillis) {
        if (message.epoch() < epoch || relation == Relation.FINDING || relation == Relation.UNROUTED) {
            return;
        }
        if (relation == Relation.ATTACHING && message.epoch() == epoch && !ownerNode.equals(epochNode)) {
            // A late word of the owner that was given up; what it says next would not be listened to.
            return;
        }
        boolean repeated = relation == Relation.ATTACHED && message.epoch() == epoch;
        boolean ownerChanged = epoch != 0 && message.epoch() != epoch;
        heardAtMillis = nowMillis;
        saidAtMillis = nowMillis;
        failedAttempts = 0;
        if (repeated && message.number() < delivered) {
            resyncing = false;
            return;
        }
        if (!repeated) {
            leaveOwner();
        }
        // A lower number of the same log is a store that has lost its end.
        boolean isSameLog = repeated || message.log().equals(log) && message.durable() >= delivered;
        boolean hasGap =
                epoch != 0 && isSameLog && message.number() - message.missed().size() > delivered;
        if (repeated && message.complete() && hasGap) {
            // The answer to an earlier question, from before this link had anything to miss.
            resyncing = false;
            resync(nowMillis);
            return;
        }
        boolean complete = message.complete() && !hasGap;
        epoch = message.epoch();
        epochNode = ownerNode;
        relation = Relation.ATTACHED;
        suspect = null;
        resyncing = false;
        attaching(!isSameLog);
        List<Entry> missed = complete ? undelivered(message, isSameLog) : List.of();
        if (!isSameLog) {
            logChanged();
        }
        durable(message.durable());
        log = message.log();
        delivered = message.number();
        deliver(missed, delivered, nowMillis);
        attached(message, ownerChanged, complete, nowMillis);
        if (ownerChanged) {
            effects.add(new LinkEffect.Followed(ownerNode, epoch));
        }
        if (!repeated) {
            withPlugins(plugin -> plugin.attached(ownerChanged, nowMillis, output));
            ring.submissions().forEach(this::sendSubmission);
        }
    }

    private List<Entry> undelivered(LinkMessage.Attached message, boolean isSameLog) {
        if (!isSameLog) {
            // It was asked for with what the link had then; it may have been attached elsewhere in between.
            return undelivered(message.missed(), message.number());
        }
        // The answer may overlap with broadcasts that came after it was asked for.
        long fresh = message.number() - delivered;
        List<Entry> missed = message.missed();
        return missed.subList((int) Math.max(0, missed.size() - fresh), missed.size());
    }

    private void onBroadcast(LinkMessage.Broadcast broadcast, long nowMillis) {
        List<Entry> entries = broadcast.entries();
        long before = broadcast.number() - entries.size();
        durable(broadcast.durable());
        if (broadcast.number() <= delivered) {
            return;
        }
        if (before > delivered) {
            resync(nowMillis);
            return;
        }
        List<Entry> fresh = entries.subList((int) (delivered - before), entries.size());
        delivered = broadcast.number();
        deliver(fresh, delivered, nowMillis);
    }

    private void onAccepted(LinkMessage.Accepted accepted, long nowMillis) {
        int next = 0;
        List<LinkMessage.Result> results = accepted.results();
        while (!ring.isEmpty() && ring.oldest().number() <= accepted.upTo()) {
            Submission submission = ring.removeOldest();
            while (next < results.size() && results.get(next).submit() < submission.number()) {
                next++;
            }
            boolean known = next < results.size() && results.get(next).submit() == submission.number();
            answered(submission, known ? results.get(next) : null, nowMillis);
        }
        if (accepted.resend()) {
            ring.submissions().forEach(this::sendSubmission);
        }
        if (ring.bytes() <= limits.ringBytesMax() / 2 && !paused.isEmpty()) {
            paused.forEach(sessionId -> effects.add(new LinkEffect.Resume(sessionId)));
            paused.clear();
        }
    }

    private void onNotOwner(LinkMessage.NotOwner message, long nowMillis) {
        boolean current = relation == Relation.ATTACHING || relation == Relation.ATTACHED && message.epoch() >= epoch;
        if (!current) {
            return;
        }
        lose(nowMillis);
        if (message.hint() != null && failedAttempts == 1) {
            routed(message.hint(), nowMillis);
        }
    }

    private void onRefused(LinkMessage.Refused refusal, long nowMillis) {
        if (relation != Relation.ATTACHING && relation != Relation.ATTACHED) {
            return;
        }
        if (refusal.retryable()) {
            report(null, key + " is refused for now: " + refusal.reason());
            lose(nowMillis);
        } else {
            leaveOwner();
            relation = Relation.UNROUTED;
            refused(refusal, nowMillis);
        }
    }

    /** Back to searching, a little later after each failure. */
    private void lose(long nowMillis) {
        leaveOwner();
        relation = Relation.UNROUTED;
        long pause = Math.min(limits.retryMillis(), 25L << Math.min(failedAttempts, 5));
        failedAttempts++;
        findNotBeforeMillis = nowMillis + pause;
    }

    private void suspect() {
        leaveOwner();
        suspect = new Suspect(ownerNode, relation == Relation.ATTACHED ? epoch : 0);
        relation = Relation.FINDING;
        effects.add(new LinkEffect.FindOwner(suspect));
    }

    private void leaveOwner() {
        if (epoch != 0) {
            delivered = keepDurable();
        }
    }

    private void resync(long nowMillis) {
        if (resyncing && nowMillis - resyncAtMillis < limits.retryMillis()) {
            return;
        }
        resyncing = true;
        resyncAtMillis = nowMillis;
        saidAtMillis = nowMillis;
        toOwner(new OwnerMessage.Resync(key, self, epoch, deliveredVersion(), delivered));
    }

    public final void tick(long nowMillis) {
        sessionTick(nowMillis);
        withPlugins(plugin -> plugin.tick(nowMillis, output));
        switch (relation) {
            case UNROUTED -> {
                if ((needsOwner() || !ring.isEmpty()) && nowMillis >= findNotBeforeMillis) {
                    relation = Relation.FINDING;
                    askedAtMillis = nowMillis;
                    effects.add(new LinkEffect.FindOwner(null));
                }
            }
            case FINDING -> {
                // The answer comes from this node's own router, which has its own time-outs.
            }
            case ATTACHING -> {
                if (nowMillis - heardAtMillis >= limits.handshakeMillisMax()) {
                    suspect();
                } else if (nowMillis - askedAtMillis >= limits.retryMillis()) {
                    sendAttach(nowMillis);
                }
            }
            case ATTACHED -> watchOwner(nowMillis);
        }
        discardIfUnused(nowMillis);
    }

    private void watchOwner(long nowMillis) {
        // Without a question now and then a link that was dropped by mistake, and its owner, would never know.
        boolean isQuiet = nowMillis - Math.min(heardAtMillis, saidAtMillis) >= limits.quietMillisMax();
        if (resyncing || isQuiet && hasSessions()) {
            resync(nowMillis);
        }
        boolean isUnanswered = !ring.isEmpty() || resyncing || awaitsState();
        if (!isUnanswered) {
            unansweredSinceMillis = -1;
            askedAtMillis = nowMillis;
            return;
        }
        if (unansweredSinceMillis < 0) {
            unansweredSinceMillis = nowMillis;
        }
        if (nowMillis - Math.max(heardAtMillis, unansweredSinceMillis) >= limits.suspicionMillis()) {
            suspect();
        } else if (!ring.isEmpty()
                && nowMillis - ring.oldest().sentAtMillis() >= limits.retryMillis()
                && nowMillis - askedAtMillis >= limits.retryMillis()) {
            askedAtMillis = nowMillis;
            // If it was lost the owner asks for the rest, if not it says how far it is. An owner that tells ahead
            // has taken it long before it says so; then the newest shows whether it lacks any.
            sendSubmission(ring.oldest());
            if (ring.newest() != ring.oldest()) {
                sendSubmission(ring.newest());
            }
        }
    }

    private void discardIfUnused(long nowMillis) {
        if (hasSessions() || !ring.isEmpty()) {
            emptySinceMillis = -1;
        } else if (emptySinceMillis < 0) {
            emptySinceMillis = nowMillis;
        } else if (nowMillis - emptySinceMillis >= limits.lingerMillis()) {
            if (relation == Relation.ATTACHED || relation == Relation.ATTACHING) {
                toOwner(new OwnerMessage.Detach(key, self));
            }
            effects.add(new LinkEffect.Discard());
        }
    }

    // What subclasses use.

    /** Hands blobs of a session to the owner, now or as soon as there is one. @return the number of the submission */
    protected final long submit(String sessionId, List<byte[]> blobs, long nowMillis) {
        Submission submission = ring.add(sessionId, blobs, nowMillis);
        if (relation == Relation.ATTACHED) {
            sendSubmission(submission);
        }
        if (ring.bytes() > limits.ringBytesMax() && paused.add(sessionId)) {
            effects.add(new LinkEffect.Pause(sessionId));
        }
        return submission.number();
    }

    protected final ReplayRing ring() {
        return ring;
    }

    protected final long delivered() {
        return delivered;
    }

    /** Names the log in which numbers count; empty before it was attached, and in a store that all nodes share. */
    protected final String log() {
        return log;
    }

    protected final boolean isAttached() {
        return relation == Relation.ATTACHED;
    }

    /** Sees to it that there is an owner; called when a session needs one. */
    protected final void want(long nowMillis) {
        if (relation == Relation.UNROUTED && nowMillis >= findNotBeforeMillis) {
            relation = Relation.FINDING;
            askedAtMillis = nowMillis;
            effects.add(new LinkEffect.FindOwner(null));
        }
    }

    protected final void readState(
            long request, String sessionId, VersionVector since, long afterNumber, int bytesMax) {
        toOwner(new OwnerMessage.ReadState(key, self, epoch, request, sessionId, since, afterNumber, bytesMax));
    }

    protected final void upload(String sessionId, byte[] snapshot, long upToNumber) {
        if (relation == Relation.ATTACHED) {
            toOwner(new OwnerMessage.Upload(key, self, epoch, sessionId, snapshot, upToNumber));
        }
    }

    protected final void toSession(String sessionId, Message message) {
        effects.add(new LinkEffect.ToSessions(List.of(sessionId), message));
    }

    protected final void toSessions(List<String> sessionIds, Message message) {
        if (!sessionIds.isEmpty()) {
            effects.add(new LinkEffect.ToSessions(sessionIds, message));
        }
    }

    protected final void forget(String sessionId) {
        paused.remove(sessionId);
        effects.add(new LinkEffect.Forget(sessionId));
    }

    protected final void unpause(String sessionId) {
        paused.remove(sessionId);
    }

    final void reached(Limit limit) {
        effects.add(new LinkEffect.Reached(limit));
    }

    protected final void report(String sessionId, String what) {
        effects.add(new LinkEffect.Report(sessionId, what));
    }

    /** A message of a plugin came from a session of this link. */
    protected final void pluginMessage(String sessionId, PluginMessage message, long nowMillis) {
        withPlugins(plugin -> plugin.message(sessionId, message, nowMillis, output));
    }

    protected final void pluginsJoined(String sessionId) {
        withPlugins(plugin -> plugin.sessionJoined(sessionId, output));
    }

    protected final void pluginsClosed(String sessionId) {
        withPlugins(plugin -> plugin.sessionClosed(sessionId, output));
    }

    private void withPlugins(Consumer<LinkPlugin> action) {
        plugins.keySet().forEach(name -> withPlugin(name, action));
    }

    private void withPlugin(String name, Consumer<LinkPlugin> action) {
        LinkPlugin plugin = plugins.get(name);
        if (plugin == null) {
            return;
        }
        output.plugin = name;
        try {
            action.accept(plugin);
        } catch (RuntimeException e) {
            // Somebody else's code: it costs what it wanted to do, and nothing of the document.
            report(null, "Plugin " + name + " failed: " + e);
        }
    }

    /** What the plugin that is called now may do. */
    private final class PluginOutput implements LinkPlugin.Output {
        private String plugin;

        @Override
        public String documentId() {
            return key.id();
        }

        @Override
        public Set<String> sessionIds() {
            return followers();
        }

        @Override
        public void toSession(String sessionId, Message message) {
            DocumentLink.this.toSession(sessionId, message);
        }

        @Override
        public void toSessions(Collection<String> sessionIds, Message message) {
            DocumentLink.this.toSessions(List.copyOf(sessionIds), message);
        }

        @Override
        public void toOwner(byte[] payload) {
            if (relation == Relation.ATTACHED) {
                DocumentLink.this.toOwner(new OwnerMessage.FromPlugin(key, self, epoch, plugin, payload));
            }
        }

        @Override
        public void report(String what) {
            DocumentLink.this.report(null, plugin + ": " + what);
        }
    }

    private void sendAttach(long nowMillis) {
        askedAtMillis = nowMillis;
        toOwner(new OwnerMessage.Attach(
                key,
                self,
                create,
                deliveredVersion(),
                epoch,
                delivered,
                ring.firstNumber(),
                suspect == null ? null : suspect.nodeId(),
                suspect == null ? 0 : suspect.epoch(),
                log));
    }

    private void sendSubmission(Submission submission) {
        toOwner(new OwnerMessage.Submit(
                key, self, epoch, submission.number(), submission.sessionId(), submission.blobs()));
    }

    private void toOwner(OwnerMessage message) {
        effects.add(new LinkEffect.ToOwner(ownerNode, message));
    }
}
