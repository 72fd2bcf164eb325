package dev.weft.server.document;

import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.bus.OwnerMessage;
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
import dev.weft.server.storage.DocumentStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One document on this node: has it in memory while its {@link OwnershipProtocol} says so. Confined to the deployer's context. */
final class HostedSlot implements OwnershipCalls.Host {
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
            EventStream events)
            implements OwnershipCalls.Surroundings {
        @Override
        public String nodeId() {
            return inbox.nodeId();
        }

        @Override
        public void toOwner(String nodeId, OwnerMessage message) {
            inbox.toOwner(nodeId, message);
        }

        @Override
        public void toLink(LinkMessage message) {
            inbox.toLink(message);
        }

        @Override
        public boolean isWhole() {
            return departures.isWhole(nowMillis());
        }

        @Override
        public long nowMillis() {
            return now();
        }

        @Override
        public void later(Runnable action) {
            context.runOnContext(run -> action.run());
        }
    }

    private final DocumentKey key;
    private final OwnershipProtocol protocol;
    private final Surroundings around;
    private final OwnershipCalls calls;
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
        this.calls = new OwnershipCalls(key, protocol, around, this);
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
        calls.wanted(attach, presumedDead);
    }

    void perform(List<OwnershipEffect> effects) {
        calls.perform(effects);
    }

    @Override
    public void admit(OwnerMessage.Attach attach) {
        withVerticle(owner -> owner.receive(attach));
    }

    @Override
    public void perform(OwnershipEffect effect) {
        if (effect instanceof OwnershipEffect.LoadAhead e) {
            loadAhead(e);
        } else if (effect instanceof OwnershipEffect.Load e) {
            load(e);
        } else if (effect instanceof OwnershipEffect.Host e) {
            host(e);
        } else if (effect instanceof OwnershipEffect.Suspend) {
            serving = null;
            withVerticle(DocumentVerticle::suspend);
        } else if (effect instanceof OwnershipEffect.Resume) {
            withVerticle(DocumentVerticle::resume);
            serving = verticle;
        } else if (effect instanceof OwnershipEffect.Detach e) {
            detach(e);
        } else if (effect instanceof OwnershipEffect.Flush e) {
            flush(e);
        } else if (effect instanceof OwnershipEffect.Unload e) {
            withVerticle(owner -> owner.stepDown(e.successor()));
            undeploy(e.claimId(), ServerEvent.UnloadReason.RELEASED);
        } else if (effect instanceof OwnershipEffect.StepDown e) {
            stepDown(e);
        } else if (effect instanceof OwnershipEffect.ReportQuarantine e) {
            report(e);
        } else {
            throw new AssertionError(effect);
        }
    }

    // Loading

    private void loadAhead(OwnershipEffect.LoadAhead e) {
        // Without memory for it, it will be refused or loaded when it comes.
        Future<Void> ahead =
                around.node.resident().isFull() ? Future.succeededFuture() : loading.loadAhead(key, e.epoch());
        calls.answer(
                ahead, done -> protocol.loadedAhead(e.epoch(), now()), cause -> protocol.loadedAhead(e.epoch(), now()));
    }

    private void load(OwnershipEffect.Load e) {
        long startedAtNanos = around.metrics.nanoTime();
        calls.answer(
                loading.load(key, e.epoch()),
                done -> {
                    around.metrics.opened(key, e.epoch(), around.metrics.nanoTime() - startedAtNanos);
                    if (e.claimId().equals(protocol.claimId())) {
                        loaded = done;
                    }
                    return protocol.loaded(e.claimId(), now());
                },
                cause -> {
                    HostingFailure failure = OwnershipCalls.failureOf(cause);
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

    // Serving

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
                        calls.perform(protocol.hostFailed(e.claimId(), now()));
                    } else if (verticle == owner) {
                        deploymentId = deployed.result();
                    } else {
                        around.vertx.undeploy(deployed.result());
                    }
                }));
    }

    private void detach(OwnershipEffect.Detach e) {
        LogFields.of(LOG.atWarn(), key, e.epoch())
                .log(
                        "{} epoch {} has an owner out of reach; served on without the store until they meet",
                        key,
                        e.epoch());
        withVerticle(DocumentVerticle::detach);
        serving = verticle;
    }

    private void withVerticle(Consumer<DocumentVerticle> action) {
        if (verticle != null) {
            action.accept(verticle);
        }
    }

    // Ending

    private void flush(OwnershipEffect.Flush e) {
        serving = null;
        calls.answer(
                verticle.flush(),
                done -> protocol.flushed(e.number(), now()),
                cause -> protocol.flushFailed(e.number(), OwnershipCalls.failureOf(cause), now()));
    }

    private void stepDown(OwnershipEffect.StepDown e) {
        around.metrics.steppedDown();
        LogFields.of(LOG.atInfo(), key, e.epoch()).log("{} epoch {} steps down for {}", key, e.epoch(), e.winner());
        String hint = e.winner() == null ? null : e.winner().route();
        withVerticle(owner -> owner.stepDown(hint));
        undeploy(e.claimId(), ServerEvent.UnloadReason.REPLACED);
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
        undeployed.onComplete(
                done -> around.context.runOnContext(run -> calls.perform(protocol.stopped(claimId, now()))));
    }

    private void report(OwnershipEffect.ReportQuarantine e) {
        LogFields.of(LOG.atError(), key, protocol.epoch())
                .log("{} cannot be hosted, {} times in a row; it is left alone for a while", key, e.failures());
        around.events.tell(
                ServerEvent.DocumentQuarantined.class,
                key,
                null,
                origin -> new ServerEvent.DocumentQuarantined(origin, e.failures()));
    }

    static long now() {
        return DocumentVerticle.nowMillis();
    }
}
