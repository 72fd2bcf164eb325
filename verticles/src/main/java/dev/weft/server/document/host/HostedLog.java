package dev.weft.server.document.host;

import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.ErrorCode;
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
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * A document under its owner as far as both kinds are alike: takes submissions in, has them stored, and tells everybody
 * who follows. Subclasses know what a submission means.
 */
public abstract class HostedLog implements Hosted {
    /*
     * Every accepted change gets the next log position, and the position is also its broadcast number. Three marks move
     * over the log, never backwards: applied >= persisting >= durable. A submission is answered when it is durable; that is
     * the whole promise. A fourth mark, told, says what was broadcast. It follows durable, unless the store does not answer
     * and the kind of document can bear it: then the owner tells ahead, told runs with applied, and everything that is said
     * to links carries how far the log is durable. A link that loses its owner goes back to there.
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
     *
     * An owner that writes nothing would never find out that it has been replaced, and those who follow it would sit
     * apart from everybody else. So it asks the store now and then, by a write of nothing.
     */

    protected final DocumentKey key;
    protected final HostLimits limits;
    private final long epoch;
    private String log = "";

    private final Map<LinkAddress, Follower> followers = new LinkedHashMap<>();
    /** What lies behind {@code durable}. */
    private final Deque<Appended> unpersisted = new ArrayDeque<>();
    /** What lies behind {@code told}. */
    private final Deque<Entry> untold = new ArrayDeque<>();

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final RecentBroadcasts recent;
    private long applied;
    private long told;
    private long persisting;
    private long durable;
    private boolean retryPersist;
    private boolean isFenced;
    private boolean isDetached;

    /** Since when a write has been waiting for the store; negative while none is. */
    private long storeSilentSinceMillis = -1;

    private boolean proving;
    private long provenAtMillis = -1;
    private Map<String, DocumentPlugin> plugins = Map.of();
    private boolean arePluginsLoaded;
    private final PluginOutput output = new PluginOutput();

    private List<HostEffect> effects = new ArrayList<>();

    /** @param lastPosition the last position ever used in the log */
    protected HostedLog(DocumentKey key, long epoch, long lastPosition, HostLimits limits) {
        this.key = key;
        this.epoch = epoch;
        this.limits = limits;
        this.applied = lastPosition;
        this.told = lastPosition;
        this.persisting = lastPosition;
        this.durable = lastPosition;
        this.recent = new RecentBroadcasts(lastPosition, limits.recentBytesMax());
    }

    /** Lets plugins, by name, take part. Call before the first input. */
    public final HostedLog withPlugins(Map<String, DocumentPlugin> beside) {
        plugins = Map.copyOf(beside);
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
        return isDetached || durable == applied;
    }

    @Override
    public List<HostEffect> dismiss(String hint) {
        followers.forEach((link, follower) -> {
            if (follower.heardDurable < durable) {
                // It would go back further than it has to.
                beat(link, follower);
            }
            send(new LinkMessage.NotOwner(key, link, epoch, hint));
        });
        followers.clear();
        unloadPlugins();
        return takeEffects();
    }

    @Override
    public List<HostEffect> detach(long nowMillis) {
        isDetached = true;
        isFenced = true;
        waiting.clear();
        retryPersist = false;
        persisting = durable;
        tellMore(nowMillis);
        return takeEffects();
    }

    @Override
    public boolean isIdle() {
        return followers.isEmpty() && isDurable();
    }

    @Override
    public List<HostEffect> receive(OwnerMessage message, long nowMillis) {
        loadPlugins();
        Follower known = followers.get(message.from());
        if (known != null) {
            known.heardAtMillis = nowMillis;
        }
        if (message instanceof OwnerMessage.Submit submit) {
            submit(submit, nowMillis);
        } else if (message instanceof OwnerMessage.ReadState read) {
            readState(read, nowMillis);
        } else if (message instanceof OwnerMessage.Attach attach) {
            attach(attach, nowMillis);
        } else if (message instanceof OwnerMessage.Resync resync) {
            resync(resync);
        } else if (message instanceof OwnerMessage.Detach detach) {
            if (followers.remove(detach.from()) != null) {
                withPlugins(plugin -> plugin.linkGone(detach.from(), output));
            }
        } else if (message instanceof OwnerMessage.FromPlugin fromPlugin) {
            fromPlugin(fromPlugin);
        } else if (message instanceof OwnerMessage.Upload upload) {
            upload(upload, nowMillis);
        } else {
            throw new AssertionError(message);
        }
        return takeEffects();
    }

    private void attach(OwnerMessage.Attach attach, long nowMillis) {
        LinkAddress link = attach.from();
        if (!followers.containsKey(link) && followers.size() >= limits.followersMax()) {
            effects.add(new HostEffect.Reached(Limit.FOLLOWERS));
            send(new LinkMessage.Refused(key, link, epoch, "INTERNAL_ERROR", "Too many links follow it", true));
            return;
        }
        followers.computeIfAbsent(link, l -> new Follower(attach.firstSubmit(), nowMillis));
        // A first-time link has no session that has seen anything, so there is nothing it could have missed.
        boolean isNew = attach.deliveredEpoch() == 0;
        // What it has was durable, so a number behind our end is of a store that has lost its own.
        boolean isSameLog = log.equals(attach.deliveredLog()) && attach.deliveredNumber() <= durable;
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
        followers.get(link).heardDurable = durable;
        send(new LinkMessage.Attached(
                key, link, epoch, told, missed.entries(), missed.complete(), version(), log, fork()));
    }

    /** Null while all that is told is durable. */
    protected final LinkMessage.Fork fork() {
        return told == durable ? null : new LinkMessage.Fork(durable, durableVersion());
    }

    private void resync(OwnerMessage.Resync resync) {
        Follower follower = followers.get(resync.from());
        if (follower == null || resync.epoch() != epoch) {
            send(new LinkMessage.NotOwner(key, resync.from(), epoch, null));
            return;
        }
        sendAttached(resync.from(), missed(true, resync.delivered(), resync.deliveredNumber()));
    }

    private void readState(OwnerMessage.ReadState read, long nowMillis) {
        if (!followers.containsKey(read.from()) || read.epoch() != epoch) {
            send(new LinkMessage.NotOwner(key, read.from(), epoch, null));
            return;
        }
        send(state(read, nowMillis));
    }

    private void submit(OwnerMessage.Submit submit, long nowMillis) {
        Follower follower = followers.get(submit.from());
        if (follower == null || submit.epoch() != epoch) {
            send(new LinkMessage.NotOwner(key, submit.from(), epoch, null));
            return;
        }
        if (submit.number() > follower.nextSubmit) {
            askForRest(submit.from(), follower, nowMillis);
            return;
        }
        if (submit.number() < follower.nextSubmit) {
            repeatAnswer(submit, follower);
            return;
        }
        follower.nextSubmit++;
        Verdict verdict = askPlugins(submit);
        Acceptance acceptance = verdict.isRefusal() ? refused(submit, verdict) : accept(submit, nowMillis);
        unpersisted.addAll(acceptance.entries());
        acceptance.entries().forEach(appended -> untold.addLast(appended.entry()));
        applied += acceptance.entries().size();
        if (!isDetached) {
            waiting.addLast(new Waiting(submit.from(), submit.sessionId(), acceptance.result(), applied));
            persistMore(nowMillis);
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

    private void askForRest(LinkAddress link, Follower follower, long nowMillis) {
        // Once per gap and while: the submissions behind the missing one are on their way and would each ask again.
        if (follower.askedFor != follower.nextSubmit
                || nowMillis - follower.askedAtMillis >= limits.heartbeatMillis()) {
            follower.askedFor = follower.nextSubmit;
            follower.askedAtMillis = nowMillis;
            send(new LinkMessage.Accepted(key, link, epoch, follower.answered, List.of(), true));
        }
    }

    private void repeatAnswer(OwnerMessage.Submit submit, Follower follower) {
        if (submit.number() <= follower.answered) {
            List<Result> again = follower.recentResults.stream()
                    .filter(result -> result.submit() >= submit.number())
                    .toList();
            send(new LinkMessage.Accepted(key, submit.from(), epoch, follower.answered, again, false));
        }
    }

    @Override
    public List<HostEffect> persisted(long upToPosition, long nowMillis) {
        if (isDetached) {
            // It was written before the higher epoch; the next owner has it, and tells what it has.
            return List.of();
        }
        proving = false;
        provenAtMillis = nowMillis;
        storeSilentSinceMillis = -1;
        becameDurable(upToPosition);
        tellMore(nowMillis);
        tellThatItIsDurable(nowMillis);
        answerDurable(nowMillis);
        persistMore(nowMillis);
        return takeEffects();
    }

    /** Links whose owner tells ahead hear now and then that all is durable, however much is going on. */
    private void tellThatItIsDurable(long nowMillis) {
        if (told > durable) {
            return;
        }
        followers.forEach((link, follower) -> {
            if (follower.heardDurable < durable
                    && nowMillis - follower.heardAllDurableAtMillis >= limits.heartbeatMillis()) {
                follower.heardAllDurableAtMillis = nowMillis;
                beat(link, follower);
            }
        });
    }

    private void becameDurable(long upToPosition) {
        List<Entry> entries = new ArrayList<>();
        while (durable < upToPosition) {
            Entry entry = unpersisted.removeFirst().entry();
            durable++;
            durable(durable, entry);
            entries.add(entry);
        }
        if (!entries.isEmpty()) {
            HostEffect.Durable news = new HostEffect.Durable(durable, entries);
            effects.add(news);
            if (!plugins.isEmpty()) {
                news.byAuthor((sessionId, last, changes) ->
                        withPlugins(plugin -> plugin.changed(sessionId, last, changes, output)));
            }
        }
    }

    /** Broadcasts all that may be shown by now and was not. */
    private void tellMore(long nowMillis) {
        long upTo = tellsAhead(nowMillis) ? applied : durable;
        List<Entry> entries = new ArrayList<>();
        while (told < upTo) {
            Entry entry = untold.removeFirst();
            told++;
            told(entry);
            recent.add(entry);
            entries.add(entry);
        }
        broadcast(entries, nowMillis);
    }

    private boolean tellsAhead(long nowMillis) {
        if (isFenced || !mayTellAhead()) {
            return isDetached;
        }
        return storeSilentSinceMillis >= 0 && nowMillis - storeSilentSinceMillis >= limits.tellAheadAfterMillis();
    }

    private void broadcast(List<Entry> entries, long nowMillis) {
        long number = told - entries.size();
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
        follower.quietSinceMillis = nowMillis;
        follower.heartbeatsSinceBroadcast = 0;
        follower.heardDurable = durable;
        send(new LinkMessage.Broadcast(key, link, epoch, number, part, durable));
    }

    private void answerDurable(long nowMillis) {
        Map<LinkAddress, List<Result>> answers = new LinkedHashMap<>();
        while (!waiting.isEmpty() && waiting.peekFirst().position <= durable) {
            Waiting next = waiting.removeFirst();
            Result result = complete(next.result, next.sessionId, nowMillis);
            answers.computeIfAbsent(next.link, l -> new ArrayList<>()).add(result);
        }
        answers.forEach((link, results) -> {
            Follower follower = followers.get(link);
            if (follower != null) {
                follower.answer(results);
                send(new LinkMessage.Accepted(key, link, epoch, follower.answered, results, false));
            }
        });
    }

    private void persistMore(long nowMillis) {
        // After a failure it is the tick that tries again, not each of those who go on writing.
        if (isFenced || proving || retryPersist || persisting != durable || persisting == applied) {
            return;
        }
        List<byte[]> blobs = new ArrayList<>();
        long bytes = 0;
        int whole = 0;
        for (Appended appended : unpersisted) {
            if (whole > 0 && bytes > limits.persistBytesMax()) {
                break;
            }
            blobs.add(appended.stored());
            bytes += appended.stored().length;
            if (appended.endsSubmission()) {
                whole = blobs.size();
            }
        }
        // What was submitted together becomes durable together, so that a half is never taken for the whole.
        persisting += whole;
        persist(blobs.subList(0, whole), nowMillis);
    }

    private void persist(List<byte[]> blobs, long nowMillis) {
        if (storeSilentSinceMillis < 0) {
            storeSilentSinceMillis = nowMillis;
        }
        effects.add(new HostEffect.Persist(durable + 1, blobs));
    }

    @Override
    public List<HostEffect> persistFailed(boolean stale, long nowMillis) {
        if (isDetached) {
            return List.of();
        }
        persisting = durable;
        proving = false;
        if (stale && !isFenced) {
            isFenced = true;
            effects.add(new HostEffect.Fenced());
        }
        retryPersist = !isFenced;
        return takeEffects();
    }

    @Override
    public List<HostEffect> nodeLeft(String nodeId) {
        drop((link, follower) -> link.nodeId().equals(nodeId));
        return takeEffects();
    }

    private void drop(BiPredicate<LinkAddress, Follower> isGone) {
        List<LinkAddress> gone = followers.entrySet().stream()
                .filter(each -> isGone.test(each.getKey(), each.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        gone.forEach(followers::remove);
        gone.forEach(link -> withPlugins(plugin -> plugin.linkGone(link, output)));
    }

    @Override
    public List<HostEffect> tick(long nowMillis) {
        if (retryPersist) {
            retryPersist = false;
            persistMore(nowMillis);
        }
        prove(nowMillis);
        tellMore(nowMillis);
        drop((link, follower) -> nowMillis - follower.heardAtMillis >= limits.followerSilentMillisMax());
        followers.forEach((link, follower) -> heartbeat(link, follower, nowMillis));
        return takeEffects();
    }

    private void prove(long nowMillis) {
        if (provenAtMillis < 0) {
            provenAtMillis = nowMillis;
        }
        boolean isQuiet = !isFenced && !proving && persisting == durable && durable == applied && !followers.isEmpty();
        if (isQuiet && nowMillis - provenAtMillis >= limits.proofMillis()) {
            proving = true;
            provenAtMillis = nowMillis;
            persist(List.of(), nowMillis);
        }
    }

    private void heartbeat(LinkAddress link, Follower follower, long nowMillis) {
        // A few soon after a broadcast, because the last one before a silence is the one whose loss nobody notices.
        // And while an answer is owed, so that a slow store is not mistaken for a dead owner.
        boolean isOwed = !waiting.isEmpty() || isDetached || follower.heardDurable < durable;
        int interval = isOwed || follower.heartbeatsSinceBroadcast < Follower.PROMPT_HEARTBEATS
                ? limits.heartbeatMillis()
                : limits.heartbeatIdleMillis();
        if (nowMillis - follower.quietSinceMillis >= interval) {
            follower.quietSinceMillis = nowMillis;
            follower.heartbeatsSinceBroadcast++;
            beat(link, follower);
        }
    }

    private void beat(LinkAddress link, Follower follower) {
        follower.heardDurable = durable;
        send(new LinkMessage.Heartbeat(key, link, epoch, told, durable));
    }

    protected final long applied() {
        return applied;
    }

    protected final long durablePosition() {
        return durable;
    }

    protected final long toldPosition() {
        return told;
    }

    protected final void effect(HostEffect effect) {
        effects.add(effect);
    }

    private void loadPlugins() {
        if (!arePluginsLoaded) {
            arePluginsLoaded = true;
            withPlugins(plugin -> plugin.loaded(epoch, applied, output));
        }
    }

    private void unloadPlugins() {
        if (arePluginsLoaded) {
            withPlugins(plugin -> plugin.unloaded(output));
            plugins = Map.of();
        }
    }

    private Verdict askPlugins(OwnerMessage.Submit submit) {
        Verdict[] verdict = {Verdict.ALLOW};
        for (String name : plugins.keySet()) {
            verdict[0] = Verdict.refuse(ErrorCode.INTERNAL_ERROR, "The server could not check this");
            withPlugin(
                    name,
                    plugin -> verdict[0] = Objects.requireNonNull(
                            plugin.changing(submit.sessionId(), submit.blobs(), output), "a verdict"));
            if (verdict[0].isRefusal()) {
                return verdict[0];
            }
        }
        return verdict[0];
    }

    /** A snapshot replaces the stored log; subclasses say so. */
    protected final void snapshotCreated(long upToPosition) {
        withPlugins(plugin -> plugin.snapshotCreated(upToPosition, output));
    }

    private void fromPlugin(OwnerMessage.FromPlugin message) {
        if (followers.containsKey(message.from()) && message.epoch() == epoch) {
            withPlugin(message.plugin(), plugin -> plugin.fromLink(message.from(), message.payload(), output));
        }
    }

    private void withPlugins(Consumer<DocumentPlugin> action) {
        plugins.keySet().forEach(name -> withPlugin(name, action));
    }

    private void withPlugin(String name, Consumer<DocumentPlugin> action) {
        DocumentPlugin plugin = plugins.get(name);
        if (plugin == null) {
            return;
        }
        output.plugin = name;
        try {
            action.accept(plugin);
        } catch (RuntimeException e) {
            // Somebody else's code: it costs what it wanted to do, and nothing of the document.
            report("Plugin " + name + " failed: " + e);
        }
    }

    /** What the plugin that is called now may do. */
    private final class PluginOutput implements DocumentPlugin.Output {
        private String plugin;

        @Override
        public void toLink(LinkAddress link, byte[] payload) {
            send(new LinkMessage.ForPlugin(key, link, epoch, plugin, payload));
        }

        @Override
        public void toLinks(LinkAddress except, byte[] payload) {
            followers.keySet().forEach(link -> {
                if (!link.equals(except)) {
                    toLink(link, payload);
                }
            });
        }

        @Override
        public void report(String what) {
            HostedLog.this.report(plugin + ": " + what);
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

    private static final class Follower {
        static final int PROMPT_HEARTBEATS = 3;

        /** How many answers are kept for a link that asks again because one was lost. */
        static final int RECENT_RESULTS_MAX = 256;

        final Deque<Result> recentResults = new ArrayDeque<>();
        long nextSubmit;
        long answered;
        long askedFor;
        long askedAtMillis;
        long quietSinceMillis;
        int heartbeatsSinceBroadcast;
        long heardAtMillis;

        /** How far it was told that the log is durable. */
        long heardDurable;

        long heardAllDurableAtMillis = Long.MIN_VALUE / 2;

        Follower(long firstSubmit, long nowMillis) {
            this.heardAtMillis = nowMillis;
            this.nextSubmit = firstSubmit;
            this.answered = firstSubmit - 1;
        }

        void answer(List<Result> results) {
            for (Result result : results) {
                recentResults.addLast(result);
                if (recentResults.size() > RECENT_RESULTS_MAX) {
                    recentResults.removeFirst();
                }
                answered = result.submit();
            }
        }
    }
}
