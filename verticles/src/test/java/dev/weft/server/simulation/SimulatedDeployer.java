package dev.weft.server.simulation;

import dev.weft.crdt.clock.WallClock;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.AwareDocumentLoader;
import dev.weft.server.document.DocumentLoader;
import dev.weft.server.document.RelayRoomLoader;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.Claim;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.StoredEntry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Claims, loads and hosts documents on one node as the document deployer does, on virtual time. */
final class SimulatedDeployer {
    /** Shorter than in a server, so that documents come and go within a run. */
    private static final int PASSIVATE_MILLIS = 5_000;

    private final Simulation simulation;
    private final SimulatedNode node;
    private final OwnershipRegistry registry;
    private final DocumentStore store;
    private final DocumentLoader aware;
    private final DocumentLoader relay;
    private final Map<DocumentKey, Hosting> hostings = new LinkedHashMap<>();
    private int claims;

    SimulatedDeployer(Simulation simulation, SimulatedNode node, OwnershipRegistry registry, DocumentStore store) {
        this.simulation = simulation;
        this.node = node;
        this.registry = registry;
        this.store = store;
        WallClock clock = simulation.schedule()::now;
        PluginChain plugins = new PluginChain(List.of(), () -> 0);
        this.aware = new AwareDocumentLoader(simulation.scenario().hostLimits(), clock, plugins);
        this.relay = new RelayRoomLoader(
                simulation.scenario().hostLimits(), simulation.scenario().relayLimits(), plugins);
    }

    int hostedCount() {
        return hostings.size();
    }

    void receive(OwnerMessage message) {
        Hosting hosting = hostings.get(message.key());
        if (hosting != null && hosting.host != null) {
            hosting.host.receive(message);
        } else if (message instanceof OwnerMessage.Attach attach) {
            if (hosting == null || !simulation.tampering().claimsOneAtATime()) {
                host(attach);
            } else {
                hosting.waiting.add(attach);
            }
        } else if (hosting == null && !(message instanceof OwnerMessage.Detach)) {
            node.toLink(new LinkMessage.NotOwner(message.key(), message.from(), message.epoch(), null));
        }
    }

    private void host(OwnerMessage.Attach attach) {
        DocumentKey key = attach.key();
        Hosting hosting = new Hosting(node.id() + "/" + ++claims);
        hosting.waiting.add(attach);
        hostings.put(key, hosting);
        claim(attach, hosting)
                .compose(ownership -> ownership.isClaim(hosting.claimId)
                        ? store.claim(key, attach.create())
                        : Future.failedFuture(new OwnedElsewhere(ownership.route())))
                .compose(epoch -> registry.activate(key, hosting.claimId, epoch).compose(active -> load(key, epoch)))
                .onSuccess(hosted -> deploy(key, hosting, hosted))
                .onFailure(cause -> fail(key, hosting, cause));
    }

    private Future<Ownership> claim(OwnerMessage.Attach attach, Hosting hosting) {
        Claim claim = Claim.of(hosting.claimId, node.id());
        if (attach.suspectNode() == null) {
            return registry.claim(attach.key(), claim);
        }
        return registry.lookup(attach.key()).compose(found -> {
            boolean isSuspect = found.isPresent()
                    && found.get().nodeId().equals(attach.suspectNode())
                    && (attach.suspectEpoch() == 0
                            || attach.suspectEpoch() >= found.get().epoch());
            return registry.claim(attach.key(), isSuspect ? claim.presumingDead(found.get()) : claim);
        });
    }

    private Future<Hosted> load(DocumentKey key, long epoch) {
        List<StoredEntry> entries = new ArrayList<>();
        DocumentLoader loader = key.kind() == DocumentKind.AWARE ? aware : relay;
        return store.load(key, epoch)
                .compose(stored -> store.readAll(key, epoch, stored.info().snapshotPosition(), entries::addAll)
                        .map(read -> {
                            long last = stored.info().lastPosition();
                            Hosted hosted = loader.load(key, epoch, stored.snapshot(), entries, last);
                            return simulation.tampering().hosted(key, hosted);
                        }));
    }

    private void deploy(DocumentKey key, Hosting hosting, Hosted hosted) {
        node.later(1, () -> {
            simulation.trace().add(node.id(), "hosts", key, "in epoch", hosted.epoch());
            hosting.host = new SimulatedHost(simulation, node, key, hosted, store, this);
            hosting.host.start();
            hosting.waiting.forEach(hosting.host::receive);
            hosting.waiting.clear();
        });
    }

    private void fail(DocumentKey key, Hosting hosting, Throwable cause) {
        simulation.trace().add(node.id(), "cannot host", key, cause);
        hostings.remove(key, hosting);
        if (cause instanceof OwnedElsewhere elsewhere) {
            hosting.waiting.forEach(attach ->
                    node.toLink(new LinkMessage.NotOwner(key, attach.from(), attach.epoch(), elsewhere.nodeId)));
            return;
        }
        registry.release(key, hosting.claimId, null);
        boolean isUnknown = cause instanceof DocumentNotFoundException;
        String code = isUnknown ? ErrorCode.DOCUMENT_NOT_FOUND : ErrorCode.INTERNAL_ERROR;
        hosting.waiting.forEach(attach -> node.toLink(
                new LinkMessage.Refused(key, attach.from(), 0, code, String.valueOf(cause.getMessage()), !isUnknown)));
    }

    void steppedDown(DocumentKey key, SimulatedHost host, String reason) {
        Hosting hosting = hostings.get(key);
        if (hosting != null && hosting.host == host) {
            simulation.trace().add(node.id(), "steps down from", key, reason);
            letGo(key, hosting);
        }
    }

    void idle(DocumentKey key, SimulatedHost host, long sinceMillis) {
        Hosting hosting = hostings.get(key);
        if (hosting != null && hosting.host == host && simulation.schedule().now() - sinceMillis >= PASSIVATE_MILLIS) {
            simulation.trace().add(node.id(), "lets go of", key);
            letGo(key, hosting);
        }
    }

    private void letGo(DocumentKey key, Hosting hosting) {
        hostings.remove(key, hosting);
        hosting.host.stop();
        registry.release(key, hosting.claimId, null);
    }

    void nodeLeft(String nodeId) {
        hostings.values().forEach(hosting -> {
            if (hosting.host != null) {
                hosting.host.nodeLeft(nodeId);
            }
        });
    }

    /** Entries may be gone or replaced: whoever hosts insists, and steps down before a higher epoch. */
    void entriesDoubtful() {
        new LinkedHashMap<>(hostings).forEach((key, hosting) -> {
            if (hosting.host != null) {
                reassert(key, hosting);
            }
        });
    }

    private void reassert(DocumentKey key, Hosting hosting) {
        Ownership mine = Ownership.active(node.id(), hosting.claimId, hosting.host.epoch());
        registry.reassert(key, mine)
                .onSuccess(entry -> {
                    if (hostings.get(key) == hosting && !entry.isClaim(hosting.claimId)) {
                        hosting.host.stepDown();
                    }
                })
                .onFailure(cause -> node.later(500, () -> {
                    if (hostings.get(key) == hosting) {
                        reassert(key, hosting);
                    }
                }));
    }

    private static final class Hosting {
        final String claimId;
        final List<OwnerMessage.Attach> waiting = new ArrayList<>();
        SimulatedHost host;

        Hosting(String claimId) {
            this.claimId = claimId;
        }
    }

    private static final class OwnedElsewhere extends RuntimeException {
        private static final long serialVersionUID = 1;
        final String nodeId;

        OwnedElsewhere(String nodeId) {
            super("Owned by " + nodeId, null, false, false);
            this.nodeId = nodeId;
        }
    }
}
