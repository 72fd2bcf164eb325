package dev.weft.server.simulation;

import dev.weft.crdt.clock.WallClock;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.AwareDocumentLoader;
import dev.weft.server.document.DocumentLoader;
import dev.weft.server.document.OwnershipCalls;
import dev.weft.server.document.RelayRoomLoader;
import dev.weft.server.event.EventStream;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.Departures;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipEffect;
import dev.weft.server.registry.OwnershipProtocol;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.OwnershipTiming;
import dev.weft.server.storage.DocumentStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Hosts documents on one node as the document deployer does: one ownership protocol each, on virtual time. */
final class SimulatedDeployer implements OwnershipCalls.Surroundings {
    private static final int TICK_MILLIS = 50;
    private static final int PAUSE_MILLIS = 2_000;
    private static final int DRAIN_MILLIS_MAX = 20_000;

    /** Shorter than in a server, so that documents come and go within a run. */
    private static final int PASSIVATE_MILLIS = 5_000;

    private static final OwnershipTiming TIMING = OwnershipTiming.defaults();

    private final Simulation simulation;
    private final SimulatedNode node;
    private final OwnershipRegistry registry;
    private final DocumentStore store;
    private final DocumentLoader aware;
    private final DocumentLoader relay;
    private final Departures departures = new Departures();
    private final Map<DocumentKey, SimulatedSlot> slots = new LinkedHashMap<>();
    private int claims;
    private long tickedAtMillis;
    private boolean isDraining;
    private boolean takesNothingMore;

    SimulatedDeployer(Simulation simulation, SimulatedNode node, OwnershipRegistry registry, DocumentStore store) {
        this.simulation = simulation;
        this.node = node;
        this.registry = registry;
        this.store = store;
        WallClock clock = simulation::wallMillis;
        PluginChain plugins = new PluginChain(List.of(), () -> 0, new EventStream("simulated", () -> 0));
        Scenario scenario = simulation.scenario();
        this.aware = new AwareDocumentLoader(scenario.bounds().host(), clock, plugins, () -> "", Simulation.HORIZON);
        this.relay =
                new RelayRoomLoader(scenario.bounds().host(), scenario.bounds().relay(), plugins, () -> "");
    }

    void start() {
        tickedAtMillis = now();
        tickLater();
    }

    private void tickLater() {
        node.later(TICK_MILLIS, () -> {
            tick();
            tickLater();
        });
    }

    Simulation simulation() {
        return simulation;
    }

    SimulatedNode node() {
        return node;
    }

    @Override
    public OwnershipRegistry registry() {
        return registry;
    }

    @Override
    public DocumentStore store() {
        return store;
    }

    DocumentLoader loaderOf(DocumentKey key) {
        return key.kind() == DocumentKind.AWARE ? aware : relay;
    }

    boolean hosts(DocumentKey key) {
        return slots.containsKey(key) && slots.get(key).serving() != null;
    }

    int hostedCount() {
        return slots.size();
    }

    void receive(OwnerMessage message) {
        DocumentKey key = message.key();
        SimulatedSlot slot = slots.get(key);
        if (message instanceof OwnerMessage.Invite invite) {
            if (slot != null || !invite.isAnswer()) {
                perform(slotOf(key), invite::tell);
            }
        } else if (message instanceof OwnerMessage.Superseded superseded) {
            if (slot != null) {
                perform(slot, (protocol, now) -> protocol.contradicted(superseded.byEpoch(), now));
            }
        } else if (slot != null && slot.serving() != null) {
            slot.serving().receive(message);
        } else if (message instanceof OwnerMessage.Attach attach) {
            attach(attach);
        } else if (slot == null && !(message instanceof OwnerMessage.Detach)) {
            node.toLink(new LinkMessage.NotOwner(key, message.from(), message.epoch(), null));
        }
    }

    private void attach(OwnerMessage.Attach attach) {
        if (attach.suspectNode() == null) {
            slotOf(attach.key()).wanted(attach, null);
            return;
        }
        registry.lookup(attach.key()).onComplete(found -> {
            Ownership present = found.succeeded() ? found.result().orElse(null) : null;
            boolean isSuspect = present != null
                    && present.nodeId().equals(attach.suspectNode())
                    && (attach.suspectEpoch() == 0 || attach.suspectEpoch() >= present.epoch());
            slotOf(attach.key()).wanted(attach, isSuspect ? present : null);
        });
    }

    private SimulatedSlot slotOf(DocumentKey key) {
        SimulatedSlot known = slots.get(key);
        if (known != null && (known.serving() != null || simulation.tampering().claimsOneAtATime())) {
            return known;
        }
        OwnershipTiming timing = key.kind() == DocumentKind.RELAY ? TIMING.withoutDetaching() : TIMING;
        SimulatedSlot slot = new SimulatedSlot(
                this, key, new OwnershipProtocol(node.id(), timing, () -> node.id() + "/" + ++claims));
        slots.put(key, slot);
        if (takesNothingMore) {
            slot.perform(slot.protocol().drain(null, now()));
        }
        return slot;
    }

    private void perform(SimulatedSlot slot, BiFunction<OwnershipProtocol, Long, List<OwnershipEffect>> input) {
        slot.perform(input.apply(slot.protocol(), now()));
    }

    private void tick() {
        long now = now();
        boolean stoodStill = now - tickedAtMillis >= PAUSE_MILLIS;
        tickedAtMillis = now;
        if (stoodStill) {
            departures.paused(now);
        }
        new LinkedHashMap<>(slots).forEach((key, slot) -> {
            OwnershipProtocol protocol = slot.protocol();
            if (stoodStill) {
                slot.perform(protocol.paused(now));
            }
            if (protocol.nextDeadline() <= now) {
                slot.perform(protocol.tick(now));
            }
            if (protocol.isDisposable(now)) {
                slots.remove(key, slot);
            }
        });
    }

    @Override
    public boolean isWhole() {
        return departures.isWhole(now());
    }

    void nodeJoined(String nodeId) {
        departures.joined(nodeId, now());
    }

    void nodeLeft(String nodeId) {
        departures.left(nodeId, now());
        List.copyOf(slots.values()).forEach(slot -> {
            perform(slot, (protocol, now) -> protocol.nodeLeft(nodeId, now));
            if (slot.serving() != null) {
                slot.serving().nodeLeft(nodeId);
            }
        });
    }

    /** Entries may be gone or replaced. */
    void entriesDoubtful() {
        List.copyOf(slots.values()).forEach(slot -> perform(slot, OwnershipProtocol::entriesDoubtful));
    }

    /** Moves every document it hosts to another node, in order. */
    void handOff(String toNode) {
        List.copyOf(slots.values()).forEach(slot -> perform(slot, (protocol, now) -> protocol.handOff(toNode, now)));
    }

    /** Whether this node leaves and still has documents to give away, for which there is time. */
    boolean isDraining() {
        return isDraining;
    }

    void drain(List<String> others, Runnable gone) {
        isDraining = true;
        takesNothingMore = true;
        int next = 0;
        for (SimulatedSlot slot : List.copyOf(slots.values())) {
            String successor = others.isEmpty() ? null : others.get(next++ % others.size());
            perform(slot, (protocol, now) -> protocol.drain(successor, now));
        }
        awaitDrained(now() + DRAIN_MILLIS_MAX, gone);
    }

    private void awaitDrained(long deadline, Runnable gone) {
        boolean isEmpty =
                slots.values().stream().allMatch(slot -> slot.protocol().phase() == OwnershipProtocol.Phase.IDLE);
        if (isEmpty || now() >= deadline) {
            isDraining = false;
            gone.run();
        } else {
            node.later(TICK_MILLIS, () -> awaitDrained(deadline, gone));
        }
    }

    void requireBounded() {
        slots.values().forEach(SimulatedSlot::requireBounded);
    }

    void fenced(DocumentKey key, long epoch) {
        withSlot(key, epoch, (protocol, claimId) -> protocol.fenced(claimId, now()));
    }

    void idle(DocumentKey key, long epoch, long sinceMillis) {
        if (now() - sinceMillis >= PASSIVATE_MILLIS) {
            withSlot(key, epoch, (protocol, claimId) -> protocol.idle(now()));
        }
    }

    private void withSlot(
            DocumentKey key, long epoch, BiFunction<OwnershipProtocol, String, List<OwnershipEffect>> input) {
        node.later(0, () -> {
            SimulatedSlot slot = slots.get(key);
            if (slot != null
                    && slot.protocol().epoch() == epoch
                    && slot.protocol().claimId() != null) {
                slot.perform(input.apply(slot.protocol(), slot.protocol().claimId()));
            }
        });
    }

    @Override
    public String nodeId() {
        return node.id();
    }

    @Override
    public void toOwner(String nodeId, OwnerMessage message) {
        node.toOwner(nodeId, message);
    }

    @Override
    public void toLink(LinkMessage message) {
        node.toLink(message);
    }

    @Override
    public void later(Runnable action) {
        node.later(0, action);
    }

    @Override
    public long nowMillis() {
        return simulation.schedule().now();
    }

    private long now() {
        return nowMillis();
    }
}
