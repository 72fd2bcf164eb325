package dev.weft.server.document;

import dev.weft.crdt.CrdtException;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.bus.OwnerMessage.Invite.Step;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.event.EventStream;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.limits.NodeLimits;
import dev.weft.server.observe.DocumentMetrics;
import dev.weft.server.observe.LogFields;
import dev.weft.server.registry.Departures;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.HostingFailure;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipEffect;
import dev.weft.server.registry.OwnershipProtocol;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.Refusal;
import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.StaleEpochException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One document on this node: performs what its {@link OwnershipProtocol} decides. Confined to the deployer's context. */
final class HostedSlot {
    private static final Logger LOG = LoggerFactory.getLogger(HostedSlot.class);

    /** What all slots of a node share. */
    record Surroundings(
            Vertx vertx,
            Context context,
            OwnershipRegistry registry,
            Departures departures,
            DocumentStore store,
            NodeInbox inbox,
            DocumentLoader loader,
            HostLimits limits,
            DocumentMetrics metrics,
            NodeLimits node,
            DocumentVerticle.Listener listener,
            EventStream events) {}

    private final DocumentKey key;
    private final OwnershipProtocol protocol;
    private final Surroundings around;
    private final Map<Long, OwnerMessage.Attach> waiting = new HashMap<>();
    private long nextRequest = 1;
    private boolean create;
    private Ownership suspected;
    private final StoredLoad loading;
    private StoredLoad.Loaded loaded;
    private DocumentVerticle verticle;
    private String deploymentId;

    /** What messages are handed to on any thread; null while the document takes none. */
    private volatile DocumentVerticle serving;

    HostedSlot(DocumentKey key, OwnershipProtocol protocol, Surroundings around) {
        this.key = key;
        this.protocol = protocol;
        this.around = around;
        this.loading = new StoredLoad(around.store, around.loader, new Loading());
    }

    /** The verticle that takes messages now, or null. May be called on any thread. */
    DocumentVerticle serving() {
        return serving;
    }

    DocumentKey key() {
        return key;
    }

    OwnershipProtocol protocol() {
        return protocol;
    }

    /** A link wants to follow. @param presumedDead the owner it believes dead, as the registry shows it; or null */
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
        LOG.debug("{}: {}", key, effect);
        if (effect instanceof OwnershipEffect.ClaimEntry e) {
            String claimId = e.claim().claimId();
            answer(
                    around.registry.claim(key, e.claim()),
                    entry -> protocol.claimAnswered(claimId, entry, now()),
                    cause -> protocol.claimFailed(claimId, now()));
        } else if (effect instanceof OwnershipEffect.ClaimEpoch e) {
            answer(
                    around.store.claim(key, create),
                    epoch -> {
                        // It is there now. An owner that is replaced and claims again must not bring back what was
                        // deleted.
                        create = false;
                        return protocol.epochClaimed(e.claimId(), epoch, now());
                    },
                    cause -> protocol.epochFailed(e.claimId(), failureOf(cause), now()));
        } else if (effect instanceof OwnershipEffect.ActivateEntry e) {
            activate(e);
        } else if (effect instanceof OwnershipEffect.Load e) {
            load(e);
        } else if (effect instanceof OwnershipEffect.Host e) {
            host(e);
        } else if (effect instanceof OwnershipEffect.Admit e) {
            admit(e);
        } else if (effect instanceof OwnershipEffect.Redirect e) {
            OwnerMessage.Attach attach = waiting.remove(e.requestId());
            around.inbox.toLink(
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
                    around.registry.reassert(key, e.mine()),
                    winner -> protocol.reasserted(e.mine().claimId(), winner, now()),
                    cause -> protocol.entryUnavailable(e.mine().claimId(), now()));
        } else if (effect instanceof OwnershipEffect.LookupEntry e) {
            answer(
                    around.registry.lookup(key),
                    entry -> protocol.lookedUp(e.claimId(), entry, around.departures.isWhole(now()), now()),
                    cause -> protocol.entryUnavailable(e.claimId(), now()));
        } else if (effect instanceof OwnershipEffect.VerifyEpoch e) {
            // Appending nothing asks the store whether the epoch still stands.
            answer(
                    around.store.append(key, e.epoch(), 1, List.of()),
                    done -> protocol.epochVerified(e.claimId(), now()),
                    cause -> protocol.verifyFailed(e.claimId(), failureOf(cause), now()));
        } else if (effect instanceof OwnershipEffect.Suspend) {
            serving = null;
            withVerticle(DocumentVerticle::suspend);
        } else if (effect instanceof OwnershipEffect.Resume) {
            withVerticle(DocumentVerticle::resume);
            serving = verticle;
        } else if (effect instanceof OwnershipEffect.Detach e) {
            LogFields.of(LOG.atWarn(), key, e.epoch())
                    .log(
                            "{} epoch {} has an owner out of reach; served on without the store until they meet",
                            key,
                            e.epoch());
            withVerticle(DocumentVerticle::detach);
            serving = verticle;
        } else if (effect instanceof OwnershipEffect.Flush e) {
            flush(e);
        } else if (effect instanceof OwnershipEffect.Unload e) {
            withVerticle(owner -> owner.stepDown(e.successor()));
            undeploy(e.claimId(), ServerEvent.UnloadReason.RELEASED);
        } else if (effect instanceof OwnershipEffect.StepDown e) {
            around.metrics.steppedDown();
            LogFields.of(LOG.atInfo(), key, e.epoch()).log("{} epoch {} steps down for {}", key, e.epoch(), e.winner());
            String hint = e.winner() == null ? null : e.winner().route();
            withVerticle(owner -> owner.stepDown(hint));
            undeploy(e.claimId(), ServerEvent.UnloadReason.REPLACED);
        } else if (effect instanceof OwnershipEffect.ReleaseEntry e) {
            answer(
                    around.registry.release(key, e.claimId(), e.hint()),
                    released -> protocol.released(e.claimId(), released, now()),
                    cause -> protocol.releaseFailed(e.claimId(), now()));
        } else if (effect instanceof OwnershipEffect.Invite e) {
            String claimId = e.yielded() == null ? null : e.yielded().claimId();
            long epoch = e.yielded() == null ? 0 : e.yielded().epoch();
            around.inbox.toOwner(e.nodeId(), new OwnerMessage.Invite(key, nobody(), Step.NOW, claimId, epoch));
        } else if (effect instanceof OwnershipEffect.Announce e) {
            around.inbox.toOwner(e.nodeId(), new OwnerMessage.Invite(key, nobody(), Step.SOON, null, e.epoch()));
        } else if (effect instanceof OwnershipEffect.LoadAhead e) {
            loadAhead(e);
        } else if (effect instanceof OwnershipEffect.Ready e) {
            around.inbox.toOwner(e.nodeId(), new OwnerMessage.Invite(key, nobody(), Step.READY, null, e.epoch()));
        } else if (effect instanceof OwnershipEffect.ReportQuarantine e) {
            LogFields.of(LOG.atError(), key, protocol.epoch())
                    .log("{} cannot be hosted, {} times in a row; it is left alone for a while", key, e.failures());
            around.events.tell(
                    ServerEvent.DocumentQuarantined.class,
                    key,
                    null,
                    origin -> new ServerEvent.DocumentQuarantined(origin, e.failures()));
        } else {
            throw new AssertionError(effect);
        }
    }

    private void activate(OwnershipEffect.ActivateEntry e) {
        if (suspected != null) {
            // If it is alive after all it may not write for long, and would not learn that it was replaced.
            around.inbox.toOwner(suspected.nodeId(), new OwnerMessage.Superseded(key, nobody(), e.epoch()));
            suspected = null;
        }
        answer(
                around.registry.activate(key, e.claimId(), e.epoch()),
                isOurs -> protocol.activated(e.claimId(), isOurs, now()),
                cause -> protocol.entryUnavailable(e.claimId(), now()));
    }

    private void load(OwnershipEffect.Load e) {
        long startedAtNanos = around.metrics.nanoTime();
        answer(
                loading.load(key, e.epoch()),
                done -> {
                    around.metrics.opened(key, e.epoch(), around.metrics.nanoTime() - startedAtNanos);
                    if (e.claimId().equals(protocol.claimId())) {
                        loaded = done;
                    }
                    return protocol.loaded(e.claimId(), now());
                },
                cause -> {
                    HostingFailure failure = failureOf(cause);
                    if (failure == HostingFailure.UNUSABLE) {
                        around.metrics.failed();
                        LogFields.of(LOG.atError().setCause(cause), key, e.epoch())
                                .log("{} epoch {} cannot be loaded", key, e.epoch());
                    }
                    return protocol.loadFailed(e.claimId(), failure, now());
                });
    }

    private final class Loading implements StoredLoad.Surroundings {
        @Override
        public <T> Future<T> onWorker(Callable<T> work) {
            return around.vertx.executeBlocking(work, false);
        }

        @Override
        public void compacted(long epoch, StoredCompaction compaction, Throwable failure) {
            if (failure != null) {
                LogFields.of(LOG.atWarn(), key, epoch)
                        .log("{} epoch {}: not compacted: {}", key, epoch, failure.getMessage());
                return;
            }
            around.events.tell(
                    ServerEvent.SnapshotCreated.class,
                    key,
                    null,
                    origin -> new ServerEvent.SnapshotCreated(
                            origin, compaction.upToPosition(), compaction.snapshot().length));
        }
    }

    private void loadAhead(OwnershipEffect.LoadAhead e) {
        // Without memory for it, it will be refused or loaded when it comes.
        Future<Void> ahead =
                around.node.resident().isFull() ? Future.succeededFuture() : loading.loadAhead(key, e.epoch());
        answer(ahead, done -> protocol.loadedAhead(e.epoch(), now()), cause -> protocol.loadedAhead(e.epoch(), now()));
    }

    private void host(OwnershipEffect.Host e) {
        Hosted hosted = loaded.hosted();
        int entries = loaded.entries();
        DocumentVerticle owner = new DocumentVerticle(
                key,
                hosted,
                loaded.packedUpTo(),
                around.store,
                around.inbox,
                around.limits,
                around.metrics,
                around.node,
                around.listener,
                around.events);
        around.events.tell(
                ServerEvent.DocumentLoaded.class,
                key,
                null,
                origin -> new ServerEvent.DocumentLoaded(origin, hosted.epoch(), entries));
        loaded = null;
        verticle = owner;
        serving = owner;
        LogFields.of(LOG.atDebug(), key, e.epoch()).log("Hosting {} in epoch {}", key, e.epoch());
        around.vertx
                .deployVerticle(owner)
                .onComplete(deployed -> around.context.runOnContext(run -> {
                    if (deployed.failed()) {
                        LogFields.of(LOG.atError().setCause(deployed.cause()), key, e.epoch())
                                .log("{} could not be deployed", key);
                        perform(protocol.hostFailed(e.claimId(), now()));
                    } else if (verticle == owner) {
                        deploymentId = deployed.result();
                    } else {
                        around.vertx.undeploy(deployed.result());
                    }
                }));
    }

    private void admit(OwnershipEffect.Admit e) {
        OwnerMessage.Attach attach = waiting.remove(e.requestId());
        withVerticle(owner -> owner.receive(attach));
    }

    private void refuse(OwnerMessage.Attach attach, Refusal refusal) {
        boolean isUnknown = refusal == Refusal.NOT_FOUND;
        String code = isUnknown ? ErrorCode.DOCUMENT_NOT_FOUND : ErrorCode.INTERNAL_ERROR;
        String reason = isUnknown ? "Document not found: " + key.id() : "The document cannot be served now: " + refusal;
        around.inbox.toLink(new LinkMessage.Refused(key, attach.from(), 0, code, reason, refusal.isRetrySafe()));
    }

    private void flush(OwnershipEffect.Flush e) {
        serving = null;
        answer(
                verticle.flush(),
                done -> protocol.flushed(e.number(), now()),
                cause -> protocol.flushFailed(e.number(), failureOf(cause), now()));
    }

    private void undeploy(String claimId, ServerEvent.UnloadReason reason) {
        serving = null;
        withVerticle(owner -> around.events.tell(
                ServerEvent.DocumentUnloaded.class,
                key,
                null,
                origin -> new ServerEvent.DocumentUnloaded(
                        origin, owner.epoch(), owner.isBroken() ? ServerEvent.UnloadReason.BROKEN : reason)));
        loaded = null;
        verticle = null;
        String deployment = deploymentId;
        deploymentId = null;
        Future<Void> undeployed = deployment == null ? Future.succeededFuture() : around.vertx.undeploy(deployment);
        undeployed.onComplete(done -> around.context.runOnContext(run -> perform(protocol.stopped(claimId, now()))));
    }

    private void withVerticle(Consumer<DocumentVerticle> action) {
        if (verticle != null) {
            action.accept(verticle);
        }
    }

    private LinkAddress nobody() {
        return new LinkAddress(around.inbox.nodeId(), 0, 0);
    }

    private <T> void answer(
            Future<T> future,
            Function<T, List<OwnershipEffect>> succeeded,
            Function<Throwable, List<OwnershipEffect>> failed) {
        future.onComplete(done -> around.context.runOnContext(run -> {
            if (done.failed()) {
                LOG.debug("{}: {}", key, done.cause().toString());
            }
            perform(done.succeeded() ? succeeded.apply(done.result()) : failed.apply(done.cause()));
        }));
    }

    private static HostingFailure failureOf(Throwable cause) {
        if (cause instanceof StaleEpochException) {
            return HostingFailure.STALE_EPOCH;
        }
        if (cause instanceof DocumentNotFoundException) {
            return HostingFailure.NOT_FOUND;
        }
        // What the content itself causes comes again with the next try; anything else may pass.
        boolean isContent = cause instanceof DocumentCorruptException
                || cause instanceof CrdtException
                || cause instanceof IllegalArgumentException
                || cause instanceof IllegalStateException;
        return isContent ? HostingFailure.UNUSABLE : HostingFailure.UNAVAILABLE;
    }

    static long now() {
        return DocumentVerticle.nowMillis();
    }
}
