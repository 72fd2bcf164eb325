package dev.weft.server.simulation;

import dev.weft.protocol.message.ErrorCode;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.bus.OwnerMessage.Invite.Step;
import dev.weft.server.document.StoredCompaction;
import dev.weft.server.document.StoredLoad;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.document.host.HostedLog;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.HostingFailure;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipEffect;
import dev.weft.server.registry.OwnershipProtocol;
import dev.weft.server.registry.Refusal;
import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.StaleEpochException;
import dev.weft.server.storage.StoreException;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;

/** Performs what one ownership protocol decides, as the slot of a document does. */
final class SimulatedSlot {
    /** A single change may be larger than what is kept of many. */
    private static final long CHANGE_BYTES_MAX = 4_096;

    private final SimulatedDeployer deployer;
    private final SimulatedNode node;
    private final DocumentKey key;
    private final OwnershipProtocol protocol;
    private final Map<Long, OwnerMessage.Attach> waiting = new HashMap<>();
    private long nextRequest = 1;
    private boolean create;
    private Ownership suspected;
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
        long request = nextRequest++;
        waiting.put(request, attach);
        create |= attach.create();
        if (presumedDead != null) {
            suspected = presumedDead;
        }
        perform(protocol.wanted(request, presumedDead, Long.MAX_VALUE, now()));
    }

    void perform(List<OwnershipEffect> effects) {
        effects.forEach(this::perform);
    }

    private void perform(OwnershipEffect effect) {
        if (effect instanceof OwnershipEffect.ClaimEntry e) {
            String claimId = e.claim().claimId();
            answer(
                    deployer.registry().claim(key, e.claim()),
                    entry -> protocol.claimAnswered(claimId, entry, now()),
                    cause -> protocol.claimFailed(claimId, now()));
        } else if (effect instanceof OwnershipEffect.ClaimEpoch e) {
            answer(
                    deployer.store().claim(key, create),
                    epoch -> protocol.epochClaimed(e.claimId(), epoch, now()),
                    cause -> protocol.epochFailed(e.claimId(), failureOf(cause), now()));
        } else if (effect instanceof OwnershipEffect.ActivateEntry e) {
            activate(e);
        } else if (effect instanceof OwnershipEffect.Load e) {
            load(e);
        } else if (effect instanceof OwnershipEffect.Host e) {
            deployer.simulation().trace().add(node.id(), "hosts", key, "in epoch", e.epoch());
            host = new SimulatedHost(deployer, key, loaded);
            host.start();
            serving = host;
            loaded = null;
        } else if (effect instanceof OwnershipEffect.Admit e) {
            OwnerMessage.Attach attach = waiting.remove(e.requestId());
            withHost(owner -> owner.receive(attach));
        } else if (effect instanceof OwnershipEffect.Redirect e) {
            OwnerMessage.Attach attach = waiting.remove(e.requestId());
            node.toLink(
                    new LinkMessage.NotOwner(key, attach.from(), 0, e.owner().route()));
        } else if (effect instanceof OwnershipEffect.Refuse e) {
            refuse(waiting.remove(e.requestId()), e.refusal());
        } else {
            performAsHost(effect);
        }
    }

    private void performAsHost(OwnershipEffect effect) {
        if (effect instanceof OwnershipEffect.ReassertEntry e) {
            answer(
                    deployer.registry().reassert(key, e.mine()),
                    winner -> protocol.reasserted(e.mine().claimId(), winner, now()),
                    cause -> protocol.entryUnavailable(e.mine().claimId(), now()));
        } else if (effect instanceof OwnershipEffect.LookupEntry e) {
            answer(
                    deployer.registry().lookup(key),
                    entry -> protocol.lookedUp(e.claimId(), entry, deployer.isWhole(), now()),
                    cause -> protocol.entryUnavailable(e.claimId(), now()));
        } else if (effect instanceof OwnershipEffect.VerifyEpoch e) {
            answer(
                    deployer.store().append(key, e.epoch(), 1, List.of()),
                    done -> protocol.epochVerified(e.claimId(), now()),
                    cause -> protocol.verifyFailed(e.claimId(), failureOf(cause), now()));
        } else if (effect instanceof OwnershipEffect.Suspend) {
            serving = null;
            withHost(SimulatedHost::suspend);
        } else if (effect instanceof OwnershipEffect.Resume) {
            withHost(SimulatedHost::resume);
            serving = host;
        } else if (effect instanceof OwnershipEffect.Detach e) {
            deployer.simulation().trace().add(node.id(), "goes on detached with", key, "epoch", e.epoch());
            withHost(SimulatedHost::detach);
            serving = host;
        } else if (effect instanceof OwnershipEffect.Flush e) {
            serving = null;
            answer(
                    host.flush(),
                    done -> protocol.flushed(e.number(), now()),
                    cause -> protocol.flushFailed(e.number(), failureOf(cause), now()));
        } else if (effect instanceof OwnershipEffect.Unload e) {
            withHost(owner -> owner.stepDown(e.successor()));
            unload(e.claimId());
        } else if (effect instanceof OwnershipEffect.StepDown e) {
            deployer.simulation().trace().add(node.id(), "steps down from", key, "for", e.winner());
            String hint = e.winner() == null ? null : e.winner().route();
            withHost(owner -> owner.stepDown(hint));
            unload(e.claimId());
        } else if (effect instanceof OwnershipEffect.ReleaseEntry e) {
            answer(
                    deployer.registry().release(key, e.claimId(), e.hint()),
                    released -> protocol.released(e.claimId(), released, now()),
                    cause -> protocol.releaseFailed(e.claimId(), now()));
        } else if (effect instanceof OwnershipEffect.Invite e) {
            String claimId = e.yielded() == null ? null : e.yielded().claimId();
            long epoch = e.yielded() == null ? 0 : e.yielded().epoch();
            node.toOwner(e.nodeId(), new OwnerMessage.Invite(key, nobody(), Step.NOW, claimId, epoch));
        } else if (effect instanceof OwnershipEffect.Announce e) {
            node.toOwner(e.nodeId(), new OwnerMessage.Invite(key, nobody(), Step.SOON, null, e.epoch()));
        } else if (effect instanceof OwnershipEffect.LoadAhead e) {
            loadAhead(e);
        } else if (effect instanceof OwnershipEffect.Ready e) {
            node.toOwner(e.nodeId(), new OwnerMessage.Invite(key, nobody(), Step.READY, null, e.epoch()));
        } else if (effect instanceof OwnershipEffect.ReportQuarantine e) {
            deployer.simulation().trace().add(node.id(), "leaves", key, "alone for a while");
        } else {
            throw new AssertionError(effect);
        }
    }

    private void activate(OwnershipEffect.ActivateEntry e) {
        if (suspected != null) {
            node.toOwner(suspected.nodeId(), new OwnerMessage.Superseded(key, nobody(), e.epoch()));
            suspected = null;
        }
        answer(
                deployer.registry().activate(key, e.claimId(), e.epoch()),
                isOurs -> protocol.activated(e.claimId(), isOurs, now()),
                cause -> protocol.entryUnavailable(e.claimId(), now()));
    }

    private void load(OwnershipEffect.Load e) {
        answer(
                loading.load(key, e.epoch()),
                done -> {
                    log = (HostedLog) done.hosted();
                    loaded = deployer.simulation().tampering().hosted(key, log);
                    return protocol.loaded(e.claimId(), now());
                },
                cause -> protocol.loadFailed(e.claimId(), failureOf(cause), now()));
    }

    private void loadAhead(OwnershipEffect.LoadAhead e) {
        answer(
                loading.loadAhead(key, e.epoch()),
                done -> protocol.loadedAhead(e.epoch(), now()),
                cause -> protocol.loadedAhead(e.epoch(), now()));
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

    private void refuse(OwnerMessage.Attach attach, Refusal refusal) {
        boolean isUnknown = refusal == Refusal.NOT_FOUND;
        String code = isUnknown ? ErrorCode.DOCUMENT_NOT_FOUND : ErrorCode.INTERNAL_ERROR;
        node.toLink(new LinkMessage.Refused(key, attach.from(), 0, code, refusal.name(), refusal.isRetrySafe()));
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

    private LinkAddress nobody() {
        return new LinkAddress(node.id(), 0, 0);
    }

    private <T> void answer(
            Future<T> future,
            Function<T, List<OwnershipEffect>> succeeded,
            Function<Throwable, List<OwnershipEffect>> failed) {
        future.onComplete(done -> node.later(
                0, () -> perform(done.succeeded() ? succeeded.apply(done.result()) : failed.apply(done.cause()))));
    }

    private static HostingFailure failureOf(Throwable cause) {
        if (cause instanceof StaleEpochException) {
            return HostingFailure.STALE_EPOCH;
        }
        if (cause instanceof DocumentNotFoundException) {
            return HostingFailure.NOT_FOUND;
        }
        boolean mayPass = cause instanceof StoreException failure
                && !(cause instanceof DocumentCorruptException)
                && failure.isRetrySafe();
        return mayPass ? HostingFailure.UNAVAILABLE : HostingFailure.UNUSABLE;
    }

    private long now() {
        return deployer.now();
    }
}
