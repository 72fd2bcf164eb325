package dev.weft.server.registry;

import dev.weft.server.registry.Ownership.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Nodes, a registry that can be divided and lose entries, and a store that hands out epochs, in virtual time and from one
 * seed. Nodes run the real {@link OwnershipProtocol}; everything else is as simple as it can be while still able to go
 * wrong: calls are slow, lost, or carried out after their answer was given up.
 */
final class SimulatedCluster {
    private static final OwnershipTiming TIMING =
            new OwnershipTiming(3_800, 50, 10_000, 50, 1_000, 4, 3, 2_000, 3_000, 1_000, 6_000, 500, 4_000, 10_000);
    private static final int TRACE_MAX = 400;
    private static final long CALL_TIMEOUT = 2_000;

    private record Event(long at, long order, Runnable action) {}

    private record Request(SimulatedNode target, DocumentKey key, long received, long pausedBefore) {}

    final Random random;
    final OwnershipTiming timing;
    final List<SimulatedNode> nodes = new ArrayList<>();
    boolean calm;
    long now;
    int staleWrites;
    final Map<String, Integer> seen = new TreeMap<>();

    private final PriorityQueue<Event> events =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
    private final Deque<String> trace = new ArrayDeque<>();
    private final Map<DocumentKey, Long> epochs = new HashMap<>();
    private final Map<DocumentKey, Long> lastWritten = new HashMap<>();
    private final Map<String, String> hostOfEpoch = new HashMap<>();
    private final Map<Long, Request> requests = new LinkedHashMap<>();
    private final List<Map<DocumentKey, Ownership>> halves = new ArrayList<>(List.of(new HashMap<>(), new HashMap<>()));
    private final long[] storeAwayUntil = new long[2];
    private boolean divided;
    /** Whoever made the call has given it up, so it is carried out once and not followed by further rounds. */
    private boolean isLate;

    private long order;
    private long requestIds;
    private int incarnations;

    SimulatedCluster(long seed, int size) {
        random = new Random(seed);
        timing = seed % 2 == 0 ? TIMING : TIMING.withoutDetaching();
        for (int i = 0; i < size; i++) {
            addNode(0);
        }
    }

    // ---- time

    void run(long until) {
        while (!events.isEmpty() && events.peek().at <= until) {
            Event event = events.poll();
            now = event.at;
            event.action.run();
        }
        now = until;
        checkNobodyIsForgotten();
    }

    void at(long delay, Runnable action) {
        events.add(new Event(now + delay, order++, action));
    }

    long between(long least, long most) {
        return least + (long) (random.nextDouble() * (most - least + 1));
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    void note(String what) {
        trace.add(now + " " + what);
        if (trace.size() > TRACE_MAX) {
            trace.poll();
        }
    }

    void count(OwnershipEffect effect) {
        seen.merge(effect.getClass().getSimpleName(), 1, Integer::sum);
        if (effect instanceof OwnershipEffect.Refuse refuse) {
            seen.merge(refuse.refusal().name(), 1, Integer::sum);
        }
    }

    AssertionError violation(String what) {
        return new AssertionError(what + " at " + now + "\n" + String.join("\n", trace));
    }

    // ---- members

    SimulatedNode addNode(int half) {
        SimulatedNode node = new SimulatedNode(this, "n" + incarnations++, half);
        nodes.add(node);
        note(node.id + " joins half " + half);
        return node;
    }

    List<SimulatedNode> alive() {
        return nodes.stream().filter(node -> node.alive).toList();
    }

    Set<String> membersOf(int half) {
        Set<String> members = new LinkedHashSet<>();
        nodes.stream()
                .filter(node -> node.half == half && (node.alive || now < node.noticedDeadAt))
                .forEach(node -> members.add(node.id));
        return members;
    }

    SimulatedNode byId(String id) {
        return nodes.stream().filter(node -> node.id.equals(id)).findFirst().orElseThrow();
    }

    void crash(SimulatedNode node) {
        note(node.id + " crashes");
        node.alive = false;
        node.noticedDeadAt = now + between(300, 600);
        requests.values().removeIf(request -> request.target == node);
        at(node.noticedDeadAt - now, () -> tellOthers(node));
    }

    private void tellOthers(SimulatedNode gone) {
        alive().stream()
                .filter(other -> other.half == gone.half || divided)
                .forEach(other -> other.whenAwake(() -> other.onAll((protocol, at) -> protocol.nodeLeft(gone.id, at))));
    }

    void divide() {
        if (divided || alive().size() < 2) {
            return;
        }
        note("the cluster divides");
        divided = true;
        List<SimulatedNode> alive = alive();
        SimulatedNode minority = alive.get(random.nextInt(alive.size()));
        minority.half = 1;
        halves.set(1, new HashMap<>(halves.get(0)));
        halves.get(1).values().removeIf(entry -> chance(0.3));
        tellOthers(minority);
    }

    void merge() {
        if (!divided) {
            return;
        }
        note("the halves meet");
        divided = false;
        halves.get(1).forEach((key, entry) -> halves.get(0)
                .merge(key, entry, (mine, theirs) -> theirs.outranks(mine) ? theirs : mine));
        halves.get(1).clear();
        nodes.forEach(node -> node.half = 0);
        doubt();
    }

    void loseEntries() {
        note("entries are lost");
        halves.get(0).values().removeIf(entry -> chance(0.5));
        doubt();
    }

    private void doubt() {
        alive().forEach(node -> node.whenAwake(() -> node.onAll(OwnershipProtocol::entriesDoubtful)));
    }

    void storeAway(int half, long millis) {
        note("the store is away for half " + half + " for " + millis);
        storeAwayUntil[half] = now + millis;
    }

    void calmDown() {
        merge();
        storeAwayUntil[0] = 0;
        storeAwayUntil[1] = 0;
        calm = true;
        note("calm from here");
    }

    // ---- the registry

    Ownership entry(SimulatedNode from, DocumentKey key) {
        return halves.get(from.half).get(key);
    }

    Map<DocumentKey, Ownership> entries() {
        return halves.get(0);
    }

    /** Carries a call out and answers, or loses one of both, or carries it out when nobody waits for it any more. */
    <T> void registryCall(SimulatedNode from, Function<SimulatedNode, T> call, Consumer<T> answer, Runnable failure) {
        double fate = calm ? 0 : random.nextDouble();
        long arrival = between(0, 15);
        if (fate < 0.92) {
            at(arrival, () -> {
                T result = call.apply(from);
                from.later(between(0, 15), () -> answer.accept(result));
            });
            return;
        }
        if (fate < 0.95) {
            at(arrival, () -> call.apply(from));
        } else if (fate < 0.97) {
            at(CALL_TIMEOUT + between(0, 1_000), () -> {
                isLate = true;
                call.apply(from);
                isLate = false;
            });
        }
        from.later(CALL_TIMEOUT, failure);
    }

    Ownership claim(SimulatedNode from, DocumentKey key, Claim claim) {
        Claim round = claim;
        while (true) {
            Ownership after = OwnershipRules.afterClaim(entry(from, key), round);
            halves.get(from.half).put(key, after);
            boolean canOwn = isLate
                    || after.isClaim(claim.claimId())
                    || (!after.nodeId().equals(claim.nodeId())
                            && membersOf(from.half).contains(after.nodeId()));
            if (canOwn) {
                return after;
            }
            round = claim.presumingDead(after);
        }
    }

    Ownership change(SimulatedNode from, DocumentKey key, Function<Ownership, Ownership> rule) {
        Ownership after = rule.apply(entry(from, key));
        if (after == null) {
            halves.get(from.half).remove(key);
        } else {
            halves.get(from.half).put(key, after);
        }
        return after;
    }

    // ---- the store

    boolean isStoreAway(SimulatedNode from) {
        return now < storeAwayUntil[from.half] || (!calm && chance(0.01));
    }

    long raiseEpoch(DocumentKey key) {
        return epochs.merge(key, 1L, Long::sum);
    }

    long storeEpoch(DocumentKey key) {
        return epochs.getOrDefault(key, 0L);
    }

    /** Whether the write is taken; checks that each epoch has one writer and that epochs of writes never fall. */
    boolean write(SimulatedNode node, DocumentKey key, long epoch) {
        if (epoch != storeEpoch(key)) {
            staleWrites++;
            return false;
        }
        if (lastWritten.getOrDefault(key, 0L) > epoch) {
            throw violation("an older epoch wrote to " + key);
        }
        lastWritten.put(key, epoch);
        claimHost(node, key, epoch);
        return true;
    }

    void claimHost(SimulatedNode node, DocumentKey key, long epoch) {
        String before = hostOfEpoch.putIfAbsent(key + "#" + epoch, node.id);
        if (before != null && !before.equals(node.id)) {
            throw violation(before + " and " + node.id + " both act in epoch " + epoch + " of " + key);
        }
    }

    // ---- gateways

    /** A gateway asks for a document, follows redirects, and suspects an owner that does not answer. */
    void ask(SimulatedNode gateway, DocumentKey key, Ownership suspected, int hops) {
        if (!gateway.alive || hops > 4) {
            return;
        }
        Ownership entry = entry(gateway, key);
        boolean isDead = entry != null && !membersOf(gateway.half).contains(entry.route());
        boolean distrusts = !calm && chance(0.03);
        Ownership presumedDead = suspected != null ? suspected : isDead || distrusts ? entry : null;
        SimulatedNode target = entry == null || presumedDead != null ? gateway : byId(entry.route());
        send(gateway, target, key, presumedDead, hops);
    }

    private void send(SimulatedNode gateway, SimulatedNode target, DocumentKey key, Ownership presumedDead, int hops) {
        long requestId = ++requestIds;
        if (target.half == gateway.half) {
            target.later(between(0, 20), () -> {
                requests.put(requestId, new Request(target, key, now, target.pausedMillis));
                target.wanted(requestId, key, presumedDead, outcome -> follow(gateway, key, outcome, hops));
            });
        }
        Ownership silent = entry(gateway, key);
        at(1_500, () -> {
            boolean isSilent = !target.alive || target.isPaused() || target.half != gateway.half;
            if (isSilent && target != gateway && silent != null) {
                ask(gateway, key, silent, hops + 1);
            }
        });
    }

    private void follow(SimulatedNode gateway, DocumentKey key, OwnershipEffect outcome, int hops) {
        if (outcome instanceof OwnershipEffect.Redirect redirect) {
            SimulatedNode next = byId(redirect.owner().route());
            if (next.alive && gateway.alive) {
                at(between(0, 20), () -> send(gateway, next, key, null, hops + 1));
            }
        } else if (outcome instanceof OwnershipEffect.Refuse refuse && refuse.refusal() == Refusal.DRAINING) {
            elsewhere(gateway, key, hops);
        }
    }

    /** A node that leaves takes nothing: the document is placed on one that stays. */
    private void elsewhere(SimulatedNode gateway, DocumentKey key, int hops) {
        alive().stream()
                .filter(node -> !node.isDraining() && node.half == gateway.half && hops < 4)
                .findFirst()
                .ifPresent(node -> send(gateway, node, key, entry(gateway, key), hops + 1));
    }

    void answered(SimulatedNode node, long requestId) {
        Request request = requests.remove(requestId);
        if (request == null) {
            throw violation("request " + requestId + " answered twice by " + node.id);
        }
        checkInTime(requestId, request);
    }

    private void checkInTime(long requestId, Request request) {
        long waited = now - request.received - (request.target.pausedMillis - request.pausedBefore);
        if (waited > OwnershipTiming.ANSWER_MILLIS_MAX) {
            throw violation("request " + requestId + " for " + request.key + " waits for " + waited + " ms on "
                    + request.target.id);
        }
    }

    private void checkNobodyIsForgotten() {
        requests.forEach((id, request) -> {
            if (!request.target.isPaused()) {
                checkInTime(id, request);
            }
        });
    }

    /** After a time of calm: whoever is in the registry serves with the store's newest epoch, and nobody else does. */
    void checkSettled() {
        for (SimulatedNode node : alive()) {
            node.checkSettled(key -> entry(node, key));
        }
        entries().forEach((key, entry) -> {
            SimulatedNode owner = byId(entry.nodeId());
            boolean isKept = entry.state() != State.ACTIVE || !owner.alive || owner.serves(key);
            if (owner.alive && !isKept) {
                throw violation(key + " is owned by " + entry + ", which does not serve it");
            }
        });
    }
}
