package dev.weft.server.document;

import dev.weft.protocol.message.ErrorCode;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.event.EventStream;
import dev.weft.server.limits.Limit;
import dev.weft.server.limits.NodeLimits;
import dev.weft.server.observe.DocumentMetrics;
import dev.weft.server.registry.Departures;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipEffect;
import dev.weft.server.registry.OwnershipProtocol;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.OwnershipTiming;
import dev.weft.server.storage.DocumentStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts documents on this node when links ask for them, and lets them go again: one {@link OwnershipProtocol} per
 * document decides. Messages for hosted documents are handed over by table look-up on any thread; everything else
 * happens on one context.
 */
public final class DocumentDeployer implements DocumentVerticle.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentDeployer.class);
    private static final int TICK_MILLIS = 50;

    /** A timer that comes so late means that the whole process stood still, and may have been replaced. */
    private static final int PAUSE_MILLIS = 2_000;

    /**
     * Where nodes keep stores of their own, no store tells an owner that it was replaced: it asks the registry now and
     * then.
     */
    private static final int RECHECK_MILLIS = 5_000;

    /** How long {@link #drain} may take before the node leaves all the same. */
    private static final int DRAIN_MILLIS_MAX = 20_000;

    private final OwnershipRegistry registry;
    private final OwnershipTiming timing;
    private final Supplier<String> claimIds;
    private final int passivateMillis;
    private final Context ownContext;
    private final HostedSlot.Surroundings around;
    private final Departures departures = new Departures();
    private final Map<DocumentKey, HostedSlot> slots = new ConcurrentHashMap<>();
    private final long timer;
    private long tickedAtMillis = DocumentVerticle.nowMillis();
    private long recheckedAtMillis = tickedAtMillis;
    private boolean draining;
    private volatile int quarantined;

    /**
     * @param claimIds gives ids that are unique in the cluster and for ever
     * @param passivateMillis a document nobody follows is let go after this time
     */
    public DocumentDeployer(
            Vertx vertx,
            OwnershipRegistry registry,
            DocumentStore store,
            NodeInbox inbox,
            DocumentLoader loader,
            HostLimits limits,
            EventStream events,
            OwnershipTiming timing,
            Supplier<String> claimIds,
            int passivateMillis,
            DocumentMetrics metrics,
            NodeLimits node) {
        this.registry = registry;
        this.timing = timing;
        this.claimIds = claimIds;
        this.passivateMillis = passivateMillis;
        this.ownContext = vertx.getOrCreateContext();
        this.around = new HostedSlot.Surroundings(
                vertx, ownContext, registry, departures, store, inbox, loader, limits, metrics, node, this, events);
        this.timer = vertx.setPeriodic(TICK_MILLIS, fired -> ownContext.runOnContext(run -> tick()));
    }

    /** A message for an owner reached this node. Called on any thread. */
    public void receive(OwnerMessage message) {
        HostedSlot slot = slots.get(message.key());
        DocumentVerticle serving = slot == null ? null : slot.serving();
        if (serving != null && !isNotice(message)) {
            serving.receive(message);
        } else {
            ownContext.runOnContext(run -> receiveUnserved(message));
        }
    }

    /** Whether it concerns ownership itself, and not the document. */
    private static boolean isNotice(OwnerMessage message) {
        return message instanceof OwnerMessage.Invite || message instanceof OwnerMessage.Superseded;
    }

    /** How many documents this node owns, or is about to. */
    public int hostedCount() {
        return (int)
                slots.values().stream().filter(slot -> slot.serving() != null).count();
    }

    /** How many documents were put aside lately because they cannot be served. */
    public int quarantinedCount() {
        return quarantined;
    }

    public boolean isHosted(DocumentKey key) {
        HostedSlot slot = slots.get(key);
        return slot != null && slot.serving() != null;
    }

    private void receiveUnserved(OwnerMessage message) {
        DocumentKey key = message.key();
        HostedSlot slot = slots.get(key);
        DocumentVerticle serving = slot == null ? null : slot.serving();
        if (message instanceof OwnerMessage.Invite invite) {
            if (slot != null || !invite.isAnswer()) {
                perform(slotOf(key), invite::tell);
            }
        } else if (message instanceof OwnerMessage.Superseded superseded) {
            if (slot != null) {
                perform(slot, (protocol, now) -> protocol.contradicted(superseded.byEpoch(), now));
            }
        } else if (serving != null) {
            serving.receive(message);
        } else if (message instanceof OwnerMessage.Attach attach) {
            attach(attach);
        } else if (slot == null && !(message instanceof OwnerMessage.Detach)) {
            around.inbox().toLink(new LinkMessage.NotOwner(key, message.from(), message.epoch(), null));
        }
        // Anything else is for a document that is coming or going: links repeat what is not answered.
    }

    private void attach(OwnerMessage.Attach attach) {
        if (around.node().resident().isFull() && !slots.containsKey(attach.key())) {
            around.node().counters().hit(Limit.RESIDENT_BYTES);
            around.inbox()
                    .toLink(new LinkMessage.Refused(
                            attach.key(),
                            attach.from(),
                            0,
                            ErrorCode.INTERNAL_ERROR,
                            "This node has no memory for another document",
                            true));
            return;
        }
        if (attach.suspectNode() == null) {
            slotOf(attach.key()).wanted(attach, null);
            return;
        }
        registry.lookup(attach.key())
                .onComplete(found -> ownContext.runOnContext(run -> {
                    Ownership present = found.succeeded() ? found.result().orElse(null) : null;
                    slotOf(attach.key()).wanted(attach, isSuspect(present, attach) ? present : null);
                }));
    }

    private static boolean isSuspect(Ownership present, OwnerMessage.Attach attach) {
        return present != null
                && present.nodeId().equals(attach.suspectNode())
                && (attach.suspectEpoch() == 0 || attach.suspectEpoch() >= present.epoch());
    }

    private HostedSlot slotOf(DocumentKey key) {
        return slots.computeIfAbsent(key, k -> {
            // Members of a room live by its numbers, which only one owner can give: no room is served detached.
            OwnershipTiming ofKind = k.kind() == DocumentKind.RELAY ? timing.withoutDetaching() : timing;
            HostedSlot slot = new HostedSlot(k, new OwnershipProtocol(registry.localNode(), ofKind, claimIds), around);
            if (draining) {
                slot.perform(slot.protocol().drain(null, HostedSlot.now()));
            }
            return slot;
        });
    }

    private void perform(HostedSlot slot, BiFunction<OwnershipProtocol, Long, List<OwnershipEffect>> input) {
        slot.perform(input.apply(slot.protocol(), HostedSlot.now()));
    }

    private void performAll(BiFunction<OwnershipProtocol, Long, List<OwnershipEffect>> input) {
        ownContext.runOnContext(run -> slots.values().forEach(slot -> perform(slot, input)));
    }

    private void tick() {
        long now = HostedSlot.now();
        boolean stoodStill = now - tickedAtMillis >= PAUSE_MILLIS;
        tickedAtMillis = now;
        if (stoodStill) {
            LOG.warn("This node stood still; every document asks the store whether it is still owned here");
            departures.paused(now);
        }
        boolean isRecheckDue = !around.store().isShared()
                && now - recheckedAtMillis >= RECHECK_MILLIS
                && registry.members().size() > 1;
        if (isRecheckDue) {
            recheckedAtMillis = now;
            slots.values().forEach(slot -> perform(slot, OwnershipProtocol::entriesDoubtful));
        }
        int aside = 0;
        for (HostedSlot slot : slots.values()) {
            OwnershipProtocol protocol = slot.protocol();
            aside += protocol.phase() == OwnershipProtocol.Phase.QUARANTINED ? 1 : 0;
            if (stoodStill) {
                slot.perform(protocol.paused(now));
            }
            if (protocol.nextDeadline() <= now) {
                slot.perform(protocol.tick(now));
            }
            if (protocol.isDisposable(now)) {
                slots.remove(slot.key(), slot);
            }
        }
        quarantined = aside;
    }

    /** A node is gone. Called on any thread. */
    public void nodeLeft(String nodeId) {
        ownContext.runOnContext(run -> departures.left(nodeId, HostedSlot.now()));
        performAll((protocol, now) -> protocol.nodeLeft(nodeId, now));
        for (HostedSlot slot : slots.values()) {
            DocumentVerticle serving = slot.serving();
            if (serving != null) {
                serving.nodeLeft(nodeId);
            }
        }
    }

    /** A node is there, for the first time or again. Called on any thread. */
    public void nodeJoined(String nodeId) {
        ownContext.runOnContext(run -> departures.joined(nodeId, HostedSlot.now()));
    }

    /** Entries of the registry may be lost or replaced. Called on any thread. */
    public void entriesDoubtful() {
        performAll((protocol, now) -> protocol.entriesDoubtful(now));
    }

    /** What this node owns or has put aside, in the order of the keys, at most so many. Called on any thread. */
    public Future<List<OwnedDocument>> owned(int limit) {
        Promise<List<OwnedDocument>> owned = Promise.promise();
        ownContext.runOnContext(run -> owned.complete(slots.values().stream()
                .filter(slot -> slot.protocol().phase() != OwnershipProtocol.Phase.IDLE)
                .sorted(Comparator.comparing(HostedSlot::key))
                .limit(limit)
                .map(slot -> new OwnedDocument(
                        slot.key(), slot.protocol().phase(), slot.protocol().epoch()))
                .toList()));
        return owned.future();
    }

    /** Moves a document to another node, in order. Ignored while it is not hosted here. Called on any thread. */
    public void handOff(DocumentKey key, String toNode) {
        ownContext.runOnContext(run -> {
            HostedSlot slot = slots.get(key);
            if (slot != null) {
                perform(slot, (protocol, now) -> protocol.handOff(toNode, now));
            }
        });
    }

    /** Lets a quarantined document be tried again at once. Called on any thread. */
    public void release(DocumentKey key) {
        ownContext.runOnContext(run -> {
            HostedSlot slot = slots.get(key);
            if (slot != null) {
                perform(slot, (protocol, now) -> protocol.forgive(now));
            }
        });
    }

    /**
     * Hands every document to one of these nodes in turn, and takes none any more. Completes when all are gone, or after a
     * while all the same: whoever claims them then fences this node.
     */
    public Future<Void> drain(List<String> otherNodes) {
        Promise<Void> drained = Promise.promise();
        ownContext.runOnContext(run -> {
            draining = true;
            int next = 0;
            for (HostedSlot slot : List.copyOf(slots.values())) {
                String successor = otherNodes.isEmpty() ? null : otherNodes.get(next++ % otherNodes.size());
                perform(slot, (protocol, now) -> protocol.drain(successor, now));
            }
            awaitDrained(drained, HostedSlot.now() + DRAIN_MILLIS_MAX);
        });
        return drained.future();
    }

    private void awaitDrained(Promise<Void> drained, long deadline) {
        long left = slots.values().stream()
                .filter(slot -> slot.protocol().phase() != OwnershipProtocol.Phase.IDLE)
                .count();
        if (left == 0 || HostedSlot.now() >= deadline) {
            if (left > 0) {
                LOG.warn("{} documents could not be handed over in time", left);
            }
            around.vertx().cancelTimer(timer);
            drained.complete();
        } else {
            around.vertx()
                    .setTimer(TICK_MILLIS, later -> ownContext.runOnContext(run -> awaitDrained(drained, deadline)));
        }
    }

    @Override
    public void fenced(DocumentKey key, long epoch) {
        withSlot(key, epoch, (protocol, claimId) -> protocol.fenced(claimId, HostedSlot.now()));
    }

    @Override
    public void failed(DocumentKey key, long epoch) {
        withSlot(key, epoch, (protocol, claimId) -> protocol.hostFailed(claimId, HostedSlot.now()));
    }

    @Override
    public void idle(DocumentKey key, long epoch, long sinceMillis) {
        // When memory is short, what nobody uses goes at once.
        boolean isFull = around.node().resident().isFull();
        if (isFull || HostedSlot.now() - sinceMillis >= passivateMillis) {
            withSlot(key, epoch, (protocol, claimId) -> protocol.idle(HostedSlot.now()));
        }
    }

    private void withSlot(
            DocumentKey key, long epoch, BiFunction<OwnershipProtocol, String, List<OwnershipEffect>> input) {
        ownContext.runOnContext(run -> {
            HostedSlot slot = slots.get(key);
            if (slot != null
                    && slot.protocol().epoch() == epoch
                    && slot.protocol().claimId() != null) {
                slot.perform(input.apply(slot.protocol(), slot.protocol().claimId()));
            }
        });
    }
}
