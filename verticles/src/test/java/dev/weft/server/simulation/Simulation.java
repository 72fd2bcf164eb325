package dev.weft.server.simulation;

import dev.weft.crdt.id.IdSource;
import dev.weft.crdt.id.OperationId;
import dev.weft.server.document.host.HistoryHorizon;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/** One run: a cluster, its clients, and whatever the seed makes happen to them. */
final class Simulation {
    /*
     * A run has four parts. While faults are active, clients edit, come and go, and nodes, networks and the store fail.
     * Then everything is healed and the world is given time to settle; all replicas must become equal. Then somebody
     * new joins and must see the same. Then everybody leaves, and the nodes must forget everything. In some runs all come
     * back later for another such run, on a history that is old enough to be compacted.
     */
    private static final long SETTLE_MILLIS_MAX = 240_000;
    private static final long SETTLE_STEP_MILLIS = 1_000;
    private static final long JOIN_MILLIS_MAX = 60_000;
    private static final long FORGET_MILLIS = 120_000;
    private static final long SECOND_PART_MILLIS = 10_000;

    /** Longer than any run: what is to become older than this becomes so between two parts of it. */
    static final HistoryHorizon HORIZON = new HistoryHorizon(1_000_000_000, 2);

    static final DocumentKey AWARE = DocumentKey.aware("paper");
    static final DocumentKey RELAY = DocumentKey.relay("room");

    private final long seed;
    private final Scenario scenario;
    private final Tampering tampering;
    private final Schedule schedule;
    private final Trace trace;
    private final Witness witness;
    private final SimulatedBus bus = new SimulatedBus(this);
    private final Directories directories = new Directories();
    private final InMemoryDocumentStore.Contents contents = new InMemoryDocumentStore.Contents();
    private final Map<String, SimulatedNode> nodes = new LinkedHashMap<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final IdSource ids;
    private final Faults faults;
    private boolean faultsActive;
    private boolean storeIsSlow;
    private int sessions;
    private int starts;
    private long passedMillis;

    Simulation(long seed, Scenario scenario, Tampering tampering) {
        this.seed = seed;
        this.scenario = scenario;
        this.tampering = tampering;
        this.schedule = new Schedule(seed);
        this.trace = new Trace(schedule);
        this.witness = new Witness(trace);
        this.ids = IdSource.seeded(seed);
        this.faults = new Faults(this);
    }

    long seed() {
        return seed;
    }

    /** What clocks in the cluster show. */
    long wallMillis() {
        return schedule.now() + passedMillis;
    }

    Scenario scenario() {
        return scenario;
    }

    Tampering tampering() {
        return tampering;
    }

    Schedule schedule() {
        return schedule;
    }

    Trace trace() {
        return trace;
    }

    Witness witness() {
        return witness;
    }

    SimulatedBus bus() {
        return bus;
    }

    Directories directories() {
        return directories;
    }

    Faults faults() {
        return faults;
    }

    boolean faultsActive() {
        return faultsActive;
    }

    long storeDelayMillis() {
        return storeIsSlow ? 6_000 : scenario.network().storeDelayMillis();
    }

    void storeIsSlow(boolean isSlow) {
        storeIsSlow = isSlow;
    }

    SimulatedNode node(String id) {
        return nodes.get(id);
    }

    /** Those that are up. */
    List<SimulatedNode> nodes() {
        return List.copyOf(nodes.values());
    }

    List<SimulatedClient> clients() {
        return clients;
    }

    String newSessionId() {
        return "s" + ++sessions;
    }

    /** The store carries out a claim that whoever made it has long given up. */
    void claimLate(DocumentKey key) {
        sharedStore().claim(key, false).onSuccess(epoch -> witness.claimed(key, "nobody", epoch));
    }

    // Nodes.

    SimulatedNode startNode() {
        SimulatedNode node = new SimulatedNode(this, "n" + ++starts, sharedStore());
        directories.join(node.id());
        nodes.put(node.id(), node);
        node.start();
        trace.add(node.id(), "starts");
        return node;
    }

    private DocumentStore sharedStore() {
        InMemoryDocumentStore store = InMemoryDocumentStore.over(contents);
        store.open();
        return store;
    }

    void crash(SimulatedNode node) {
        trace.add(node.id(), "crashes");
        nodes.remove(node.id());
        directories.leave(node.id());
        node.crash();
        // The cluster notices when a connection breaks, or when heartbeats stop; and each node in its own time.
        long noticed = schedule.chance(0.3) ? 5_000 : 500;
        nodes.values().forEach(other -> other.later(schedule.upTo(noticed), () -> other.nodeLeft(node.id())));
    }

    /** Takes a node out in order: nobody connects to it any more, and it goes when it has nothing left. */
    void drain(SimulatedNode node) {
        trace.add(node.id(), "is drained");
        List<String> others = nodes.values().stream()
                .filter(other -> !other.isLeaving())
                .map(SimulatedNode::id)
                .filter(other -> !other.equals(node.id()))
                .toList();
        node.drain(others, () -> {
            trace.add(node.id(), "leaves");
            nodes.remove(node.id());
            directories.leave(node.id());
            node.crash();
            nodes.values().forEach(other -> other.later(schedule.upTo(500), () -> other.nodeLeft(node.id())));
        });
    }

    /** Opens a socket to some node, as a load balancer would choose it. */
    void open(SimulatedClient client, Consumer<SimulatedSocket> opened, Runnable failed) {
        long delay = 1 + schedule.upTo(scenario.network().socketDelayMillis());
        List<SimulatedNode> up =
                nodes().stream().filter(each -> !each.isLeaving()).toList();
        boolean isRefused = up.isEmpty() || faultsActive && schedule.chance(0.05);
        SimulatedNode node = isRefused ? null : up.get(schedule.random().nextInt(up.size()));
        schedule.after(delay, () -> {
            if (node == null || !node.isUp()) {
                failed.run();
            } else {
                node.later(0, () -> opened.accept(new SimulatedSocket(this, client, node)));
            }
        });
    }

    // The run.

    void run() {
        schedule.afterEachStep(() -> nodes.values().forEach(SimulatedNode::requireBounded));
        for (int i = 0; i < scenario.nodes(); i++) {
            startNode();
        }
        for (int i = 0; i < scenario.people().weftAware(); i++) {
            join(new WeftAwareClient(this, "weft" + i, AWARE, ids.nextPeerId(), i % 2 == 0));
        }
        for (int i = 0; i < scenario.people().stockAware(); i++) {
            join(new StockPerson(this, "stock" + i, AWARE, ids.nextPeerId()));
        }
        for (int i = 0; i < scenario.people().weftRelay(); i++) {
            join(new WeftRelayClient(this, "wrelay" + i, RELAY, ids.nextPeerId(), i % 2 == 0));
        }
        for (int i = 0; i < scenario.people().stockRelay(); i++) {
            join(new StockPerson(this, "srelay" + i, RELAY, ids.nextPeerId()));
        }
        faultsActive = true;
        faults.start();
        schedule.run(scenario.millis());
        faultsActive = false;
        faults.heal();
        settle();
        joinLate();
        forget();
        // Nothing but the store is left.
        joinLate();
        requireShownIsKept();
        if (scenario.goesOn()) {
            goOn();
        }
    }

    /** Everybody is in sync and leaves; when they come back, all that was there is behind the horizon. */
    private void goOn() {
        passedMillis += HORIZON.millis();
        settle();
        forget();
        passedMillis += HORIZON.millis();
        trace.add("time", "passes");
        faultsActive = true;
        faults.start();
        clients.forEach(client -> {
            client.connect();
            live(client);
        });
        schedule.run(SECOND_PART_MILLIS);
        faultsActive = false;
        faults.heal();
        settle();
        joinLate();
        forget();
        joinLate();
        requireShownIsKept();
    }

    private void join(SimulatedClient client) {
        clients.add(client);
        schedule.after(schedule.upTo(1_000), client::connect);
        schedule.after(schedule.upTo(2_000), () -> live(client));
    }

    /** A person edits now and then, goes offline now and then, and sometimes has a browser that does not read. */
    private void live(SimulatedClient client) {
        if (!faultsActive) {
            return;
        }
        Random random = schedule.random();
        int what = random.nextInt(100);
        if (what < 85) {
            int edits = random.nextInt(10) == 0 ? 1 + random.nextInt(12) : 1;
            for (int i = 0; i < edits; i++) {
                client.edit(random);
            }
        } else if (what < 88 && scenario.faultEveryMillis() > 0) {
            if (client.isWanted) {
                trace.add(client.name(), "goes offline");
                client.disconnect();
            }
        } else if (what < 90 && scenario.faultEveryMillis() > 0) {
            client.stall(schedule.upTo(random.nextInt(5) == 0 ? 20_000 : 2_000));
        } else if (!client.isWanted || client instanceof StockPerson stock && stock.hasGivenUp()) {
            client.connect();
        }
        schedule.after(1 + schedule.upTo(2 * scenario.editEveryMillis()), () -> live(client));
    }

    private void settle() {
        clients.forEach(SimulatedClient::connect);
        long until = schedule.now() + SETTLE_MILLIS_MAX;
        while (schedule.now() < until && !isConverged()) {
            schedule.run(SETTLE_STEP_MILLIS);
            clients.stream()
                    .filter(client -> client instanceof StockPerson stock && stock.hasGivenUp())
                    .forEach(SimulatedClient::connect);
        }
        requireConverged();
    }

    private boolean isConverged() {
        return clients.stream().allMatch(this::isComplete);
    }

    private boolean isComplete(SimulatedClient client) {
        return client.isSettled() && hasEverything(client);
    }

    /** Whether everything that anybody made is with this client and in the store. */
    private boolean hasEverything(SimulatedClient client) {
        for (SimulatedClient author : clients) {
            if (author.key().equals(client.key())) {
                for (OperationId id : author.made()) {
                    if (!client.holds(id) || !witness.isStored(client.key(), id)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private void requireConverged() {
        clients.forEach(this::requireComplete);
        requireAlike();
    }

    private void requireComplete(SimulatedClient client) {
        if (!client.isSettled()) {
            throw new Violation(Invariant.I6_CONVERGENCE, client + " is not settled");
        }
        if (!hasEverything(client)) {
            throw new Violation(Invariant.I6_CONVERGENCE, client + " or the store " + lacking(client));
        }
    }

    private void requireAlike() {
        Map<DocumentKey, SimulatedClient> first = new LinkedHashMap<>();
        for (SimulatedClient client : clients) {
            SimulatedClient other = first.putIfAbsent(client.key(), client);
            // A member's snapshot forgets what orders late edits (spec crdt W15): then only the changes can be
            // compared.
            boolean isComparable = other != null && (client.key().equals(AWARE) || !witness.wasCompacted(client.key()));
            if (isComparable && !other.content().equals(client.content())) {
                throw new Violation(
                        Invariant.I6_CONVERGENCE,
                        client + " has \"" + client.content() + "\", " + other + " has \"" + other.content() + "\"");
            }
        }
    }

    private String lacking(SimulatedClient client) {
        Set<OperationId> lacking = new HashSet<>();
        for (SimulatedClient author : clients) {
            if (author.key().equals(client.key())) {
                for (OperationId id : author.made()) {
                    if (!client.holds(id)) {
                        return "lacks " + id + " of " + author;
                    }
                    if (!witness.isStored(client.key(), id)) {
                        lacking.add(id);
                    }
                }
            }
        }
        return "lacks " + lacking;
    }

    private void joinLate() {
        List<SimulatedClient> late = new ArrayList<>();
        if (clients.stream().anyMatch(client -> client.key().equals(AWARE))) {
            late.add(new WeftAwareClient(this, "late", AWARE, ids.nextPeerId(), true));
        }
        if (clients.stream().anyMatch(client -> client.key().equals(RELAY))) {
            late.add(new WeftRelayClient(this, "laterelay", RELAY, ids.nextPeerId(), true));
        }
        clients.addAll(late);
        late.forEach(SimulatedClient::connect);
        long until = schedule.now() + JOIN_MILLIS_MAX;
        while (schedule.now() < until && !late.stream().allMatch(this::isComplete)) {
            schedule.run(SETTLE_STEP_MILLIS);
        }
        late.forEach(this::requireComplete);
        requireAlike();
    }

    /** What anybody was shown or promised is there for whoever comes last. */
    private void requireShownIsKept() {
        Map<DocumentKey, SimulatedClient> last = new LinkedHashMap<>();
        clients.forEach(client -> last.put(client.key(), client));
        for (SimulatedClient client : last.values()) {
            for (OperationId id : witness.shown(client.key())) {
                if (!client.holds(id)) {
                    throw new Violation(Invariant.I4_ACKNOWLEDGED_IS_STORED, client + " does not get " + id);
                }
            }
        }
    }

    private void forget() {
        clients.forEach(SimulatedClient::disconnect);
        schedule.run(FORGET_MILLIS);
        for (SimulatedNode node : nodes()) {
            int documents = node.deployer().hostedCount();
            int links = node.gateway().linkCount();
            if (documents > 0 || links > 0) {
                throw new Violation(
                        Invariant.I9_IDLE_IS_FREED,
                        node + " still has " + documents + " documents and " + links + " links");
            }
        }
    }
}
