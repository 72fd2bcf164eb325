package dev.weft.server.document.host;

import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.bus.LinkMessage.Result;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * The links that follow a document: which of their submissions were taken and answered, what they were told, and when. All
 * that is sent to more than the one who asked is sent from here.
 */
final class Followers {
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
                answered = Math.max(answered, result.submit());
            }
            // It may have been taken before the link left and came back: what is answered is not sent again.
            nextSubmit = Math.max(nextSubmit, answered + 1);
        }

        /** Another owner has answered what comes before: it will not be sent to this one. */
        void expectFrom(long firstSubmit) {
            if (firstSubmit > nextSubmit) {
                nextSubmit = firstSubmit;
                answered = firstSubmit - 1;
            }
        }
    }

    private final DocumentKey key;
    private final long epoch;
    private final HostLimits limits;
    private final Consumer<LinkMessage> send;
    private final Map<LinkAddress, Follower> followers = new LinkedHashMap<>();

    Followers(DocumentKey key, long epoch, HostLimits limits, Consumer<LinkMessage> send) {
        this.key = key;
        this.epoch = epoch;
        this.limits = limits;
        this.send = send;
    }

    boolean isEmpty() {
        return followers.isEmpty();
    }

    boolean contains(LinkAddress link) {
        return followers.containsKey(link);
    }

    Set<LinkAddress> links() {
        return followers.keySet();
    }

    /**
     * One that follows already goes on where it is, or behind what others have answered meanwhile: it may have asked long
     * before it was heard.
     *
     * @return false if there are too many already
     */
    boolean add(LinkAddress link, long firstSubmit, long nowMillis) {
        if (!contains(link) && followers.size() >= limits.followersMax()) {
            return false;
        }
        followers
                .computeIfAbsent(link, l -> new Follower(firstSubmit, nowMillis))
                .expectFrom(firstSubmit);
        return true;
    }

    boolean remove(LinkAddress link) {
        return followers.remove(link) != null;
    }

    void heard(LinkAddress link, long nowMillis) {
        Follower known = followers.get(link);
        if (known != null) {
            known.heardAtMillis = nowMillis;
        }
    }

    /** Whether this submission is the next of its link. If not, the link is told what there is to say about it. */
    boolean takes(OwnerMessage.Submit submit, long nowMillis) {
        Follower follower = followers.get(submit.from());
        if (submit.number() > follower.nextSubmit) {
            askForRest(submit.from(), follower, nowMillis);
        } else if (submit.number() < follower.nextSubmit) {
            repeatAnswer(submit, follower);
        } else {
            follower.nextSubmit++;
            return true;
        }
        return false;
    }

    private void askForRest(LinkAddress link, Follower follower, long nowMillis) {
        // Once per gap and while: the submissions behind the missing one are on their way and would each ask again.
        if (follower.askedFor != follower.nextSubmit
                || nowMillis - follower.askedAtMillis >= limits.heartbeatMillis()) {
            follower.askedFor = follower.nextSubmit;
            follower.askedAtMillis = nowMillis;
            send.accept(new LinkMessage.Accepted(key, link, epoch, follower.answered, List.of(), true));
        }
    }

    private void repeatAnswer(OwnerMessage.Submit submit, Follower follower) {
        if (submit.number() <= follower.answered) {
            List<Result> again = follower.recentResults.stream()
                    .filter(result -> result.submit() >= submit.number())
                    .toList();
            send.accept(new LinkMessage.Accepted(key, submit.from(), epoch, follower.answered, again, false));
        }
    }

    void answer(LinkAddress link, List<Result> results) {
        Follower follower = followers.get(link);
        if (follower != null) {
            follower.answer(results);
            send.accept(new LinkMessage.Accepted(key, link, epoch, follower.answered, results, false));
        }
    }

    /** These entries, the last of which is {@code told}, in messages of a bounded size. */
    void broadcast(List<Entry> entries, long told, long durable, long nowMillis) {
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
                Follower follower = each.getValue();
                follower.quietSinceMillis = nowMillis;
                follower.heartbeatsSinceBroadcast = 0;
                follower.heardDurable = durable;
                send.accept(new LinkMessage.Broadcast(key, each.getKey(), epoch, number, part, durable));
            }
            from = to;
        }
    }

    /** The link is told elsewhere how far the log is durable. */
    void hearsDurable(LinkAddress link, long durable) {
        followers.get(link).heardDurable = durable;
    }

    /** All that is told is durable. Who does not know hears so now and then, however much is going on. */
    void allDurable(long durable, long nowMillis) {
        followers.forEach((link, follower) -> {
            if (follower.heardDurable < durable
                    && nowMillis - follower.heardAllDurableAtMillis >= limits.heartbeatMillis()) {
                follower.heardAllDurableAtMillis = nowMillis;
                beat(link, follower, durable, durable);
            }
        });
    }

    /** @param isOwed whether somebody waits for an answer */
    void heartbeats(boolean isOwed, long told, long durable, long nowMillis) {
        followers.forEach((link, follower) -> {
            // A few soon after a broadcast, because the last one before a silence is the one whose loss nobody notices.
            // And while an answer is owed, so that a slow store is not mistaken for a dead owner.
            boolean isPrompt = isOwed
                    || follower.heardDurable < durable
                    || follower.heartbeatsSinceBroadcast < Follower.PROMPT_HEARTBEATS;
            int interval = isPrompt ? limits.heartbeatMillis() : limits.heartbeatIdleMillis();
            if (nowMillis - follower.quietSinceMillis >= interval) {
                follower.quietSinceMillis = nowMillis;
                follower.heartbeatsSinceBroadcast++;
                beat(link, follower, told, durable);
            }
        });
    }

    private void beat(LinkAddress link, Follower follower, long told, long durable) {
        follower.heardDurable = durable;
        send.accept(new LinkMessage.Heartbeat(key, link, epoch, told, durable));
    }

    /** Sends them all away. @param hint the node that may be the owner, or null */
    void dismiss(String hint, long told, long durable) {
        followers.forEach((link, follower) -> {
            if (follower.heardDurable < durable) {
                // It would go back further than it has to.
                beat(link, follower, told, durable);
            }
            send.accept(new LinkMessage.NotOwner(key, link, epoch, hint));
        });
        followers.clear();
    }

    /** @return those that are gone */
    List<LinkAddress> removeOfNode(String nodeId) {
        return remove((link, follower) -> link.nodeId().equals(nodeId));
    }

    /** @return those from which nothing was heard for too long */
    List<LinkAddress> removeSilent(long nowMillis) {
        return remove((link, follower) -> nowMillis - follower.heardAtMillis >= limits.followerSilentMillisMax());
    }

    private List<LinkAddress> remove(BiPredicate<LinkAddress, Follower> isGone) {
        List<LinkAddress> gone = followers.entrySet().stream()
                .filter(each -> isGone.test(each.getKey(), each.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        gone.forEach(followers::remove);
        return gone;
    }
}
