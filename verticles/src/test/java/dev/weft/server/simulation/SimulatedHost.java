package dev.weft.server.simulation;

import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.HostEffect;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.StaleEpochException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;

/** Performs what one hosted document decides, as the document verticle does. */
final class SimulatedHost {
    private final SimulatedDeployer deployer;
    private final Simulation simulation;
    private final SimulatedNode node;
    private final DocumentKey key;
    private final Hosted hosted;
    private final List<LinkMessage> withheld = new ArrayList<>();
    private Promise<Void> flushing;
    private long idleSinceMillis = -1;
    private boolean isSuspended;
    private boolean isOver;

    SimulatedHost(SimulatedDeployer deployer, DocumentKey key, Hosted hosted) {
        this.deployer = deployer;
        this.simulation = deployer.simulation();
        this.node = deployer.node();
        this.key = key;
        this.hosted = hosted;
    }

    void start() {
        node.later(simulation.scenario().bounds().host().tickMillis(), this::tick);
    }

    void receive(OwnerMessage message) {
        node.later(0, () -> {
            if (!isOver && !isSuspended && flushing == null) {
                perform(hosted.receive(message, now()));
            }
        });
    }

    void nodeLeft(String nodeId) {
        if (!isOver) {
            perform(hosted.nodeLeft(nodeId));
        }
    }

    void suspend() {
        isSuspended = true;
    }

    void resume() {
        isSuspended = false;
        flushing = null;
        withheld.forEach(node::toLink);
        withheld.clear();
    }

    void detach() {
        isSuspended = false;
        flushing = null;
        withheld.clear();
        if (!isOver) {
            perform(hosted.detach(now()));
        }
    }

    Future<Void> flush() {
        flushing = Promise.promise();
        Promise<Void> flushed = flushing;
        completeFlush();
        return flushed.future();
    }

    private void completeFlush() {
        if (flushing != null && hosted.isDurable()) {
            flushing.tryComplete();
        }
    }

    void stepDown(String hint) {
        isSuspended = false;
        withheld.clear();
        if (!isOver) {
            perform(hosted.dismiss(hint));
        }
        isOver = true;
    }

    private void tick() {
        if (isOver) {
            return;
        }
        if (isSuspended) {
            start();
            return;
        }
        perform(hosted.tick(now()));
        if (!hosted.isIdle()) {
            idleSinceMillis = -1;
        } else if (idleSinceMillis < 0) {
            idleSinceMillis = now();
        } else {
            deployer.idle(key, hosted.epoch(), idleSinceMillis);
        }
        start();
    }

    private void perform(List<HostEffect> effects) {
        for (HostEffect effect : effects) {
            if (effect instanceof HostEffect.Send send) {
                send(send.message());
            } else if (effect instanceof HostEffect.Persist persist) {
                persist(persist);
            } else if (effect instanceof HostEffect.Compact compact) {
                compact(compact);
            } else if (effect instanceof HostEffect.Fenced) {
                deployer.fenced(key, hosted.epoch());
            } else if (effect instanceof HostEffect.Durable) {
                // A notice for events; the witness sees what is durable in the store.
                continue;
            } else if (effect instanceof HostEffect.Reached) {
                // Counted by real nodes; nothing depends on it.
                continue;
            } else if (effect instanceof HostEffect.Report report) {
                simulation.trace().add(node.id(), key, report.what());
            } else {
                throw new AssertionError(effect);
            }
        }
    }

    private void send(LinkMessage message) {
        if (isSuspended) {
            withheld.add(message);
        } else {
            simulation.witness().acts(key, hosted.epoch(), this);
            simulation.witness().told(key, message);
            node.toLink(message);
        }
    }

    private void persist(HostEffect.Persist persist) {
        deployer.store()
                .append(key, hosted.epoch(), persist.firstPosition(), persist.blobs())
                .onComplete(appended -> {
                    if (isOver) {
                        return;
                    }
                    if (appended.succeeded()) {
                        perform(hosted.persisted(persist.lastPosition(), now()));
                        completeFlush();
                        return;
                    }
                    boolean isStale = appended.cause() instanceof StaleEpochException;
                    perform(hosted.persistFailed(isStale, now()));
                    if (isStale && flushing != null) {
                        flushing.tryFail(appended.cause());
                    }
                });
    }

    private void compact(HostEffect.Compact compact) {
        deployer.store()
                .compact(key, hosted.epoch(), compact.snapshot(), compact.upToPosition())
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
