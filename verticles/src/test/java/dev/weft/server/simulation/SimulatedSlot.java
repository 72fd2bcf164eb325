package dev.weft.server.simulation;

import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.OwnershipCalls;
import dev.weft.server.document.StoredCompaction;
import dev.weft.server.document.StoredLoad;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.document.host.HostedLog;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipEffect;
import dev.weft.server.registry.OwnershipProtocol;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** Has one document in virtual time, as the slot of a document does; what is said to others is said by the real thing. */
final class SimulatedSlot implements OwnershipCalls.Host {
    /** A single change may be larger than what is kept of many. */
    private static final long CHANGE_BYTES_MAX = 4_096;

    private final SimulatedDeployer deployer;
    private final SimulatedNode node;
    private final DocumentKey key;
    private final OwnershipProtocol protocol;
    private final OwnershipCalls calls;
    private final StoredLoad loading;
    private Hosted loaded;
    private HostedLog log;
    private SimulatedHost host;
    private SimulatedHost serving;

    SimulatedSlot(SimulatedDeployer deployer, DocumentKey key, OwnershipProtocol protocol) {
        this.deployer = deployer;
        this.node = deployer.node();
        this.key = key;
        this.protocol = protocol;
        this.calls = new OwnershipCalls(key, protocol, deployer, this);
        this.loading = new StoredLoad(deployer.store(), deployer.loaderOf(key), new StoredLoad.Surroundings() {
            @Override
            public <T> Future<T> onWorker(Callable<T> work) {
                try {
                    return Future.succeededFuture(work.call());
                } catch (Exception e) {
                    return Future.failedFuture(e);
                }
            }

            @Override
            public void compacted(long epoch, StoredCompaction compaction, Throwable failure) {
                deployer.simulation().trace().add(node.id(), "compacted", key, failure);
            }
        });
    }

    SimulatedHost serving() {
        return serving;
    }

    OwnershipProtocol protocol() {
        return protocol;
    }

    void wanted(OwnerMessage.Attach attach, Ownership presumedDead) {
        calls.wanted(attach, presumedDead);
    }

    void perform(List<OwnershipEffect> effects) {
        calls.perform(effects);
    }

    @Override
    public void admit(OwnerMessage.Attach attach) {
        withHost(owner -> owner.receive(attach));
    }

    @Override
    public void perform(OwnershipEffect effect) {
        Trace trace = deployer.simulation().trace();
        if (effect instanceof OwnershipEffect.LoadAhead e) {
            loadAhead(e);
        } else if (effect instanceof OwnershipEffect.Load e) {
            load(e);
        } else if (effect instanceof OwnershipEffect.Host e) {
            trace.add(node.id(), "hosts", key, "in epoch", e.epoch());
            host = new SimulatedHost(deployer, key, loaded);
            host.start();
            serving = host;
            loaded = null;
        } else if (effect instanceof OwnershipEffect.Suspend) {
            serving = null;
            withHost(SimulatedHost::suspend);
        } else if (effect instanceof OwnershipEffect.Resume) {
            withHost(SimulatedHost::resume);
            serving = host;
        } else if (effect instanceof OwnershipEffect.Detach e) {
            trace.add(node.id(), "goes on detached with", key, "epoch", e.epoch());
            withHost(SimulatedHost::detach);
            serving = host;
        } else if (effect instanceof OwnershipEffect.Flush e) {
            flush(e);
        } else if (effect instanceof OwnershipEffect.Unload e) {
            withHost(owner -> owner.stepDown(e.successor()));
            unload(e.claimId());
        } else if (effect instanceof OwnershipEffect.StepDown e) {
            trace.add(node.id(), "steps down from", key, "for", e.winner());
            String hint = e.winner() == null ? null : e.winner().route();
            withHost(owner -> owner.stepDown(hint));
            unload(e.claimId());
        } else if (effect instanceof OwnershipEffect.ReportQuarantine) {
            trace.add(node.id(), "leaves", key, "alone for a while");
        } else {
            throw new AssertionError(effect);
        }
    }

    private void load(OwnershipEffect.Load e) {
        calls.answer(
                loading.load(key, e.epoch()),
                done -> {
                    log = (HostedLog) done.hosted();
                    loaded = deployer.simulation().tampering().hosted(key, log);
                    return protocol.loaded(e.claimId(), now());
                },
                cause -> protocol.loadFailed(e.claimId(), OwnershipCalls.failureOf(cause), now()));
    }

    private void loadAhead(OwnershipEffect.LoadAhead e) {
        calls.answer(
                loading.loadAhead(key, e.epoch()),
                done -> protocol.loadedAhead(e.epoch(), now()),
                cause -> protocol.loadedAhead(e.epoch(), now()));
    }

    private void flush(OwnershipEffect.Flush e) {
        serving = null;
        calls.answer(
                host.flush(),
                done -> protocol.flushed(e.number(), now()),
                cause -> protocol.flushFailed(e.number(), OwnershipCalls.failureOf(cause), now()));
    }

    private void unload(String claimId) {
        serving = null;
        loaded = null;
        host = null;
        node.later(1, () -> perform(protocol.stopped(claimId, now())));
    }

    private void withHost(Consumer<SimulatedHost> action) {
        if (host != null) {
            action.accept(host);
        }
    }

    void requireBounded() {
        HostLimits limits = deployer.simulation().scenario().bounds().host();
        if (log != null && log.recentBytes() > limits.recentBytesMax() + CHANGE_BYTES_MAX) {
            throw new Violation(Invariant.I10_BOUNDED, key + " keeps " + log.recentBytes() + " bytes of broadcasts");
        }
        if (log != null && log.heldAside() > limits.heldAsideMax()) {
            throw new Violation(Invariant.I10_BOUNDED, key + " holds " + log.heldAside() + " changes aside");
        }
    }

    private long now() {
        return deployer.nowMillis();
    }
}
