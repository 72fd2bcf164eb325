package dev.weft.server.document.host;

import dev.weft.crdt.version.VersionVector;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.bus.LinkMessage.Result;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.limits.Limit;
import dev.weft.server.plugin.DocumentPlugin;
import dev.weft.server.plugin.Verdict;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A document under its owner as far as both kinds are alike: takes submissions in, has them stored, and tells everybody
 * who follows. Subclasses know what a submission means.
 */
public abstract class HostedLog implements Hosted {
    /*
     * Every accepted change gets the next log position, and the position is also its broadcast number. A submission is
     * answered when it is durable; that is the whole promise. Beside the marks of {@link LogWrites} there is a fourth: told
     * says what was broadcast. It follows durable, unless the store does not answer and the kind of document can bear it:
     * then the owner tells ahead, told runs with applied, and everything that is said to links carries how far the log is
     * durable. A link that loses its owner goes back to there.
     *
     * An answer (the attachment of a link, the state for a session that joins) contains exactly what is told and
     * carries the number of it, so it never has to wait for the store. Whoever gets it skips broadcasts up to that
     * number and gets all behind it: nothing is missed and nothing comes twice, however the bus reorders.
     *
     * A link numbers its submissions. The owner takes them strictly in order, answers repeats with the mark it has
     * reached, and asks for the rest when one is missing. After a change of owner the link says where it begins.
     *
     * A store that has seen a higher epoch takes nothing more. If whoever raised it cannot be reached, an owner may go on
     * detached: it tells ahead for good, under numbers that nobody else uses, and answers no submission. So the links keep
     * all of it, and give it to the owner they attach to next.
     */

    protected final DocumentKey key;
    protected final HostLimits limits;
    private final long epoch;
    private String log = "";

    private final Followers followers;
    private final PluginsBeside plugins = new PluginsBeside(new PluginHost());
    private final LogWrites writes;
    /** What lies behind {@code told}. */
    private final Deque<Entry> untold = new ArrayDeque<>();

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final RecentBroadcasts recent;
    private long told;
    private boolean isDetached;
    private List<HostEffect> effects = new ArrayList<>();

    /** @param lastPosition the last position ever used in the log */
    protected HostedLog(DocumentKey key, long epoch, long lastPosition, HostLimits limits) {
        this.key = key;
        this.epoch = epoch;
        this.limits = limits;
        this.followers = new Followers(key, epoch, limits, this::send);
        this.writes = new LogWrites(lastPosition, limits, this::effect);
        this.told = lastPosition;
        this.recent = new RecentBroadcasts(lastPosition, limits.recentBytesMax());
    }

    /** Lets plugins, by name, take part. Call before the first input. */
    public final HostedLog withPlugins(Map<String, DocumentPlugin> beside) {
        plugins.are(beside);
        return this;
    }

    /** Names the log, in which positions mean the same under every owner. Call before the first input. */
    public final HostedLog inLog(String name) {
        log = name;
        return this;
    }

    // What subclasses decide.

    /** Takes one submission, which was not taken before, in. Its entries get the next positions. */
    protected abstract Acceptance accept(OwnerMessage.Submit submit, long nowMillis);

    /** The result again, now that what it speaks of is durable. */
    protected abstract Result complete(Result result, String sessionId, long nowMillis);

    /**
     * What a link lacks that the recent broadcasts do not reach back to.
     *
     * @param isSameLog whether {@code deliveredNumber} is a position of this log
     */
    protected abstract Missed missedSince(boolean isSameLog, VersionVector delivered, long deliveredNumber);

    /** The answer to a session that joins or catches up: what of it is told now. */
    protected abstract LinkMessage.State state(OwnerMessage.ReadState read, long nowMillis);

    protected abstract void upload(OwnerMessage.Upload upload, long nowMillis);

    /** Whether followers may be told of what is not durable, while the store does not answer. */
    protected abstract boolean mayTellAhead();

    /** All that is told. */
    protected abstract VersionVector version();

    /** All that is durable. */
    protected abstract VersionVector durableVersion();

    /** An entry is durable, and broadcast if it was not before. */
    protected abstract void durable(long position, Entry entry);

    /** An entry is about to be broadcast. */
    protected abstract void told(Entry entry);

    /** Broadcasts that are kept to fill gaps, in bytes. */
    public final long recentBytes() {
        return recent.bytes();
    }

    /** Changes that wait for a dependency. */
    public int heldAside() {
        return 0;
    }

    // Inputs.

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public boolean isDurable() {
        return isDetached || writes.durable() == writes.applied();
    }

    @Override
    public List<HostEffect> dismiss(String hint) {
        followers.dismiss(hint, told, writes.durable());
        plugins.unload();
        return takeEffects();
    }

    @Override
    public List<HostEffect> detach(long nowMillis) {
        isDetached = true;
        waiting.clear();
        writes.stop();
        tellMore(nowMillis);
        return takeEffects();
    }

    @Override
    public boolean isIdle() {
        return followers.isEmpty() && isDurable();
    }

    @Override
    public List<HostEffect> receive(OwnerMessage message, long nowMillis) {
        plugins.load(epoch, writes.applied());
        followers.heard(message.from(), nowMillis);
        if (message instanceof OwnerMessage.Submit submit) {
            submit(submit, nowMillis);
        } else if (message instanceof OwnerMessage.ReadState read) {
            readState(read, nowMillis);
        } else if (message instanceof OwnerMessage.Attach attach) {
            attach(attach, nowMillis);
        } else if (message instanceof OwnerMessage.Resync resync) {
            resync(resync);
        } else if (message instanceof OwnerMessage.Detach detach) {
            if (followers.remove(detach.from())) {
                plugins.linkGone(detach.from());
            }
        } else if (message instanceof OwnerMessage.FromPlugin fromPlugin) {
            if (isFromFollower(fromPlugin)) {
                plugins.fromLink(fromPlugin);
            }
        } else if (message instanceof OwnerMessage.Upload upload) {
            upload(upload, nowMillis);
        } else {
            throw new AssertionError(message);
        }
        return takeEffects();
    }

    private void attach(OwnerMessage.Attach attach, long nowMillis) {
        LinkAddress link = attach.from();
        if (!followers.add(link, attach.firstSubmit(), nowMillis)) {
            effects.add(new HostEffect.Reached(Limit.FOLLOWERS));
            send(new LinkMessage.Refused(key, link, epoch, "INTERNAL_ERROR", "Too many links follow it", true));
            return;
        }
        // A first-time link has no session that has seen anything, so there is nothing it could have missed.
        boolean isNew = attach.deliveredEpoch() == 0;
        // What it has was durable, so a number behind our end is of a store that has lost its own.
        boolean isSameLog = log.equals(attach.deliveredLog()) && attach.deliveredNumber() <= writes.durable();
        Missed missed =
                isNew ? new Missed(List.of(), true) : missed(isSameLog, attach.delivered(), attach.deliveredNumber());
        sendAttached(link, missed);
    }

    private Missed missed(boolean isSameLog, VersionVector delivered, long number) {
        return isSameLog && recent.reachesBackTo(number)
                ? new Missed(recent.after(number), true)
                : missedSince(isSameLog, delivered, number);
    }

    private void sendAttached(LinkAddress link, Missed missed) {
        followers.hearsDurable(link, writes.durable());
        send(new LinkMessage.Attached(
                key, link, epoch, told, missed.entries(), missed.complete(), version(), log, fork()));
    }

    /** Null while all that is told is durable. */
    protected final LinkMessage.Fork fork() {
        return told == writes.durable() ? null : new LinkMessage.Fork(writes.durable(), durableVersion());
    }

    private void resync(OwnerMessage.Resync resync) {
        if (isFromFollowerOrTold(resync)) {
            sendAttached(resync.from(), missed(true, resync.delivered(), resync.deliveredNumber()));
        }
    }

    private boolean isFromFollower(OwnerMessage message) {
        return followers.contains(message.from()) && message.epoch() == epoch;
    }

    /** Whoever does not follow this ownership is told so. */
    private boolean isFromFollowerOrTold(OwnerMessage message) {
        boolean isFollower = isFromFollower(message);
        if (!isFollower) {
            send(new LinkMessage.NotOwner(key, message.from(), epoch, null));
        }
        return isFollower;
    }

    private void readState(OwnerMessage.ReadState read, long nowMillis) {
        if (isFromFollowerOrTold(read)) {
            send(state(read, nowMillis));
        }
    }

    private void submit(OwnerMessage.Submit submit, long nowMillis) {
        if (!isFromFollowerOrTold(submit) || !followers.takes(submit, nowMillis)) {
            return;
        }
        Verdict verdict = plugins.ask(submit);
        Acceptance acceptance = verdict.isRefusal() ? refused(submit, verdict) : accept(submit, nowMillis);
        writes.append(acceptance.entries());
        acceptance.entries().forEach(appended -> untold.addLast(appended.entry()));
        if (!isDetached) {
            waiting.addLast(new Waiting(submit.from(), submit.sessionId(), acceptance.result(), writes.applied()));
            writes.writeMore(nowMillis);
        }
        tellMore(nowMillis);
        answerDurable(nowMillis);
    }

    private static Acceptance refused(OwnerMessage.Submit submit, Verdict verdict) {
        int count = submit.blobs().size();
        return new Acceptance(
                List.of(),
                new Result(
                        submit.number(),
                        LinkMessage.Outcome.REFUSED,
                        0,
                        count,
                        0,
                        false,
                        verdict.code(),
                        verdict.reason()));
    }

    @Override
    public List<HostEffect> persisted(long upToPosition, long nowMillis) {
        if (isDetached) {
            // It was written before the higher epoch; the next owner has it, and tells what it has.
            return List.of();
        }
        becameDurable(writes.confirmed(upToPosition, nowMillis));
        tellMore(nowMillis);
        if (told == writes.durable()) {
            followers.allDurable(told, nowMillis);
        }
        answerDurable(nowMillis);
        writes.writeMore(nowMillis);
        return takeEffects();
    }

    private void becameDurable(List<Entry> entries) {
        long position = writes.durable() - entries.size();
        for (Entry entry : entries) {
            durable(++position, entry);
        }
        if (!entries.isEmpty()) {
            HostEffect.Durable news = new HostEffect.Durable(position, entries);
            effects.add(news);
            plugins.changed(news);
        }
    }

    /** Broadcasts all that may be shown by now and was not. */
    private void tellMore(long nowMillis) {
        long upTo = tellsAhead(nowMillis) ? writes.applied() : writes.durable();
        List<Entry> entries = new ArrayList<>();
        while (told < upTo) {
            Entry entry = untold.removeFirst();
            told++;
            told(entry);
            recent.add(entry);
            entries.add(entry);
        }
        followers.broadcast(entries, told, writes.durable(), nowMillis);
    }

    private boolean tellsAhead(long nowMillis) {
        return writes.isFenced() || !mayTellAhead()
                ? isDetached
                : writes.isStoreSilent(limits.tellAheadAfterMillis(), nowMillis);
    }

    private void answerDurable(long nowMillis) {
        Map<LinkAddress, List<Result>> answers = new LinkedHashMap<>();
        while (!waiting.isEmpty() && waiting.peekFirst().position <= writes.durable()) {
            Waiting next = waiting.removeFirst();
            Result result = complete(next.result, next.sessionId, nowMillis);
            answers.computeIfAbsent(next.link, l -> new ArrayList<>()).add(result);
        }
        answers.forEach(followers::answer);
    }

    @Override
    public List<HostEffect> persistFailed(boolean stale, long nowMillis) {
        if (isDetached) {
            return List.of();
        }
        writes.failed(stale);
        return takeEffects();
    }

    @Override
    public List<HostEffect> nodeLeft(String nodeId) {
        followers.removeOfNode(nodeId).forEach(plugins::linkGone);
        return takeEffects();
    }

    @Override
    public List<HostEffect> tick(long nowMillis) {
        writes.retry(nowMillis);
        writes.prove(!followers.isEmpty(), nowMillis);
        tellMore(nowMillis);
        followers.removeSilent(nowMillis).forEach(plugins::linkGone);
        followers.heartbeats(!waiting.isEmpty() || isDetached, told, writes.durable(), nowMillis);
        return takeEffects();
    }

    protected final long applied() {
        return writes.applied();
    }

    protected final long durablePosition() {
        return writes.durable();
    }

    protected final long toldPosition() {
        return told;
    }

    protected final void effect(HostEffect effect) {
        effects.add(effect);
    }

    /** A snapshot replaces the stored log; subclasses say so. */
    protected final void snapshotCreated(long upToPosition) {
        plugins.snapshotCreated(upToPosition);
    }

    private final class PluginHost implements PluginsBeside.Host {
        @Override
        public void toLink(LinkAddress link, String plugin, byte[] payload) {
            send(new LinkMessage.ForPlugin(key, link, epoch, plugin, payload));
        }

        @Override
        public void toLinks(LinkAddress except, String plugin, byte[] payload) {
            followers.links().forEach(link -> {
                if (!link.equals(except)) {
                    toLink(link, plugin, payload);
                }
            });
        }

        @Override
        public void report(String what) {
            HostedLog.this.report(what);
        }
    }

    protected final void send(LinkMessage message) {
        effects.add(new HostEffect.Send(message));
    }

    protected final void report(String what) {
        effects.add(new HostEffect.Report(what));
    }

    protected final List<HostEffect> takeEffects() {
        List<HostEffect> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    /**
     * One entry of the log.
     *
     * @param entry as it is broadcast
     * @param stored as the store keeps it
     * @param endsSubmission whether it is the last of its submission
     */
    public record Appended(Entry entry, byte[] stored, boolean endsSubmission) {}

    /** What became of a submission, and what it adds to the log. */
    public record Acceptance(List<Appended> entries, Result result) {
        public Acceptance {
            entries = List.copyOf(entries);
        }
    }

    /** @param complete false if more is missing than fits into one message */
    public record Missed(List<Entry> entries, boolean complete) {}

    /** A submission that is applied, and the position up to which the log must be durable before it is answered. */
    private record Waiting(LinkAddress link, String sessionId, Result result, long position) {}
}
