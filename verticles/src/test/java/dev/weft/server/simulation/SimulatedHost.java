package dev.weft.server.simulation;

import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.HostEffect;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.StaleEpochException;
import java.util.List;

/** Performs what one hosted document decides, as the document verticle does. */
final class SimulatedHost {
    private final Simulation simulation;
    private final SimulatedNode node;
    private final DocumentKey key;
    private final Hosted hosted;
    private final DocumentStore store;
    private final SimulatedDeployer deployer;
    private long idleSinceMillis = -1;
    private boolean isOver;

    SimulatedHost(
            Simulation simulation,
            SimulatedNode node,
            DocumentKey key,
            Hosted hosted,
            DocumentStore store,
            SimulatedDeployer deployer) {
        this.simulation = simulation;
        this.node = node;
        this.key = key;
        this.hosted = hosted;
        this.store = store;
        this.deployer = deployer;
    }

    void start() {
        node.later(simulation.scenario().hostLimits().tickMillis(), this::tick);
    }

    void stop() {
        isOver = true;
    }

    long epoch() {
        return hosted.epoch();
    }

    void receive(OwnerMessage message) {
        if (!isOver) {
            perform(hosted.receive(message, now()));
        }
    }

    void nodeLeft(String nodeId) {
        if (!isOver) {
            perform(hosted.nodeLeft(nodeId));
        }
    }

    /** Somebody with a higher epoch is in the registry. */
    void stepDown() {
        perform(hosted.persistFailed(true, now()));
    }

    private void tick() {
        if (isOver) {
            return;
        }
        perform(hosted.tick(now()));
        if (!hosted.isIdle()) {
            idleSinceMillis = -1;
        } else if (idleSinceMillis < 0) {
            idleSinceMillis = now();
        } else {
            deployer.idle(key, this, idleSinceMillis);
        }
        start();
    }

    private void perform(List<HostEffect> effects) {
        for (HostEffect effect : effects) {
            if (effect instanceof HostEffect.Send send) {
                simulation.witness().acts(key, hosted.epoch(), this);
                node.toLink(send.message());
            } else if (effect instanceof HostEffect.Persist persist) {
                persist(persist);
            } else if (effect instanceof HostEffect.Compact compact) {
                compact(compact);
            } else if (effect instanceof HostEffect.StepDown stepDown) {
                isOver = true;
                deployer.steppedDown(key, this, stepDown.reason());
            } else if (effect instanceof HostEffect.Report report) {
                simulation.trace().add(node.id(), key, report.what());
            } else {
                throw new AssertionError(effect);
            }
        }
    }

    private void persist(HostEffect.Persist persist) {
        store.append(key, hosted.epoch(), persist.firstPosition(), persist.blobs())
                .onComplete(appended -> {
                    if (isOver) {
                        return;
                    }
                    if (appended.succeeded()) {
                        perform(hosted.persisted(persist.lastPosition(), now()));
                    } else {
                        boolean isStale = appended.cause() instanceof StaleEpochException;
                        perform(hosted.persistFailed(isStale, now()));
                    }
                });
    }

    private void compact(HostEffect.Compact compact) {
        store.compact(key, hosted.epoch(), compact.snapshot(), compact.upToPosition())
                .onComplete(done -> {
                    if (!isOver) {
                        perform(hosted.compacted(compact.upToPosition(), done.succeeded()));
                    }
                });
    }

    private long now() {
        return simulation.schedule().now();
    }
}
