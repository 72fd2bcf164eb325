package dev.weft.server.document;

import dev.weft.server.bus.NodeInbox;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.HostEffect;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.StaleEpochException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Performs what one hosted document decides. The document's state is touched on this verticle's context only. */
final class DocumentVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentVerticle.class);

    /** What a verticle tells the deployer about its document. */
    interface Listener {
        void steppedDown(DocumentKey key, String reason);

        /** Nobody follows it since this time. */
        void idle(DocumentKey key, long sinceMillis);
    }

    private final DocumentKey key;
    private final Hosted hosted;
    private final DocumentStore store;
    private final NodeInbox inbox;
    private final HostLimits limits;
    private final Listener listener;
    private Context ownContext;
    private long idleSinceMillis = -1;
    private boolean isOver;

    DocumentVerticle(
            DocumentKey key,
            Hosted hosted,
            DocumentStore store,
            NodeInbox inbox,
            HostLimits limits,
            Listener listener) {
        this.key = key;
        this.hosted = hosted;
        this.store = store;
        this.inbox = inbox;
        this.limits = limits;
        this.listener = listener;
    }

    @Override
    public Future<?> start() {
        ownContext = context;
        vertx.setPeriodic(limits.tickMillis(), timer -> tick());
        return Future.succeededFuture();
    }

    long epoch() {
        return hosted.epoch();
    }

    /** Called on any thread. */
    void receive(OwnerMessage message) {
        ownContext.runOnContext(run -> {
            if (!isOver) {
                perform(hosted.receive(message, nowMillis()));
            }
        });
    }

    /** Called on any thread. */
    void nodeLeft(String nodeId) {
        ownContext.runOnContext(run -> perform(hosted.nodeLeft(nodeId)));
    }

    private void tick() {
        if (isOver) {
            return;
        }
        long now = nowMillis();
        perform(hosted.tick(now));
        if (!hosted.isIdle()) {
            idleSinceMillis = -1;
        } else if (idleSinceMillis < 0) {
            idleSinceMillis = now;
        } else {
            listener.idle(key, idleSinceMillis);
        }
    }

    private void perform(List<HostEffect> effects) {
        for (HostEffect effect : effects) {
            if (effect instanceof HostEffect.Send send) {
                inbox.toLink(send.message());
            } else if (effect instanceof HostEffect.Persist persist) {
                persist(persist);
            } else if (effect instanceof HostEffect.Compact compact) {
                compact(compact);
            } else if (effect instanceof HostEffect.StepDown stepDown) {
                isOver = true;
                listener.steppedDown(key, stepDown.reason());
            } else if (effect instanceof HostEffect.Report report) {
                LOG.info("{} epoch {}: {}", key, hosted.epoch(), report.what());
            } else {
                throw new AssertionError(effect);
            }
        }
    }

    private void persist(HostEffect.Persist persist) {
        store.append(key, hosted.epoch(), persist.firstPosition(), persist.blobs())
                .onComplete(appended -> ownContext.runOnContext(run -> {
                    if (isOver) {
                        return;
                    }
                    if (appended.succeeded()) {
                        perform(hosted.persisted(persist.lastPosition(), nowMillis()));
                    } else {
                        persistFailed(appended.cause());
                    }
                }));
    }

    private void compact(HostEffect.Compact compact) {
        store.compact(key, hosted.epoch(), compact.snapshot(), compact.upToPosition())
                .onComplete(done -> ownContext.runOnContext(run -> {
                    if (isOver) {
                        return;
                    }
                    if (done.failed()) {
                        LOG.warn(
                                "{} epoch {}: not compacted: {}",
                                key,
                                hosted.epoch(),
                                done.cause().getMessage());
                    }
                    perform(hosted.compacted(compact.upToPosition(), done.succeeded()));
                }));
    }

    private void persistFailed(Throwable cause) {
        boolean isStale = cause instanceof StaleEpochException;
        LOG.warn("{} epoch {}: the store did not take an append: {}", key, hosted.epoch(), cause.getMessage());
        perform(hosted.persistFailed(isStale, nowMillis()));
    }

    static long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }
}
