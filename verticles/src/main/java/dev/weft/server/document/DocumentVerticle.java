package dev.weft.server.document;

import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.HostEffect;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.event.EventStream;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.limits.NodeLimits;
import dev.weft.server.observe.DocumentMetrics;
import dev.weft.server.observe.LogFields;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.StaleEpochException;
import io.opentelemetry.api.trace.Span;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Performs what one hosted document decides. The document's state is touched on this verticle's context only. */
final class DocumentVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentVerticle.class);

    /** What a verticle tells the deployer about its document. Called on the verticle's context. */
    interface Listener {
        /** The store has seen a higher epoch. */
        void fenced(DocumentKey key, long epoch);

        /** The document broke one of its own rules and is not served any more. */
        void failed(DocumentKey key, long epoch);

        /** Nobody follows it since this time. */
        void idle(DocumentKey key, long epoch, long sinceMillis);
    }

    private final DocumentKey key;
    private final Hosted hosted;
    private final long packedUpTo;
    private final DocumentStore store;
    private final NodeInbox inbox;
    private final HostLimits limits;
    private final Listener listener;
    private final DocumentMetrics metrics;
    private final NodeLimits node;
    private long countedBytes;
    private final SubmitTimes times;
    private final EventStream events;
    private final List<Runnable> early = new ArrayList<>();
    private volatile Context ownContext;
    private final List<LinkMessage> withheld = new ArrayList<>();
    private Promise<Void> flushing;
    private long idleSinceMillis = -1;
    private boolean isSuspended;
    /** Whether the last append failed, so that an outage is told once and not with every try. */
    private boolean isStoreFailing;

    private boolean isOver;
    private volatile boolean isBroken;
    /** Null for a room, which compacts its log itself. */
    private HistoryPacker packer;

    DocumentVerticle(
            DocumentKey key,
            Hosted hosted,
            long packedUpTo,
            DocumentStore store,
            NodeInbox inbox,
            HostLimits limits,
            DocumentMetrics metrics,
            NodeLimits node,
            Listener listener,
            EventStream events) {
        this.key = key;
        this.hosted = hosted;
        this.packedUpTo = packedUpTo;
        this.store = store;
        this.inbox = inbox;
        this.limits = limits;
        this.metrics = metrics;
        this.node = node;
        this.times = new SubmitTimes(key, inbox.nodeId(), hosted.epoch(), metrics);
        this.listener = listener;
        this.events = events;
    }

    @Override
    public Future<?> start() {
        if (key.kind() == DocumentKind.AWARE) {
            packer = new HistoryPacker(vertx, key, hosted.epoch(), store, hosted::packed, packedUpTo);
        }
        synchronized (early) {
            ownContext = context;
            early.forEach(this::onContext);
            early.clear();
        }
        vertx.setPeriodic(limits.tickMillis(), timer -> tick());
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        countMemory(0);
        times.close();
        return Future.succeededFuture();
    }

    private void countMemory(long bytes) {
        node.resident().add(bytes - countedBytes);
        countedBytes = bytes;
    }

    /** Runs on the document's context, once it has one. Called on any thread. */
    private void onContext(Runnable action) {
        Context known = ownContext;
        if (known == null) {
            synchronized (early) {
                known = ownContext;
                if (known == null) {
                    early.add(action);
                    return;
                }
            }
        }
        known.runOnContext(run -> action.run());
    }

    /** An input for the document. What it throws is a fault of ours: it stops serving, and nobody else is concerned. */
    private void input(Supplier<List<HostEffect>> input) {
        if (isOver) {
            return;
        }
        try {
            perform(input.get());
        } catch (RuntimeException | AssertionError e) {
            metrics.failed();
            line(LOG.atError().setCause(e)).log("{} epoch {} broke and is not served any more", key, hosted.epoch());
            isOver = true;
            isBroken = true;
            listener.failed(key, hosted.epoch());
        }
    }

    long epoch() {
        return hosted.epoch();
    }

    /** Whether it broke one of its own rules. May be called on any thread. */
    boolean isBroken() {
        return isBroken;
    }

    /** Called on any thread. While the document takes nothing, messages are dropped: links repeat them. */
    void receive(OwnerMessage message) {
        long arrivedAtNanos = metrics.nanoTime();
        onContext(() -> {
            metrics.queued(metrics.nanoTime() - arrivedAtNanos);
            if (!isSuspended && flushing == null) {
                times.received(message, arrivedAtNanos);
                input(() -> hosted.receive(message, nowMillis()));
            }
        });
    }

    /** Called on any thread. */
    void nodeLeft(String nodeId) {
        onContext(() -> input(() -> hosted.nodeLeft(nodeId)));
    }

    /** Lets nothing in or out. Called on any thread, as are the following. */
    void suspend() {
        onContext(() -> isSuspended = true);
    }

    /** Calls {@link #suspend} and {@link #flush} off. */
    void resume() {
        onContext(() -> {
            isSuspended = false;
            flushing = null;
            withheld.forEach(inbox::toLink);
            withheld.clear();
        });
    }

    /** Takes nothing more in; completes when all that was accepted is durable. */
    Future<Void> flush() {
        Promise<Void> flushed = Promise.promise();
        onContext(() -> {
            flushing = flushed;
            completeFlush();
        });
        return flushed.future();
    }

    private void completeFlush() {
        if (flushing != null && hosted.isDurable()) {
            flushing.tryComplete();
        }
    }

    /** Serves on without the right to write, after {@link #suspend}. What was withheld is void: the links ask anew. */
    void detach() {
        onContext(() -> {
            isSuspended = false;
            flushing = null;
            withheld.clear();
            input(() -> hosted.detach(nowMillis()));
        });
    }

    /** Serves no longer; followers are sent elsewhere. @param hint the node that may be the owner, or null */
    void stepDown(String hint) {
        onContext(() -> {
            isSuspended = false;
            withheld.clear();
            input(() -> hosted.dismiss(hint));
            isOver = true;
        });
    }

    private void tick() {
        if (isOver || isSuspended) {
            return;
        }
        long now = nowMillis();
        input(() -> hosted.tick(now));
        countMemory(hosted.residentBytes());
        if (!hosted.isIdle()) {
            idleSinceMillis = -1;
        } else if (idleSinceMillis < 0) {
            idleSinceMillis = now;
        } else {
            listener.idle(key, hosted.epoch(), idleSinceMillis);
        }
    }

    private void perform(List<HostEffect> effects) {
        for (HostEffect effect : effects) {
            if (effect instanceof HostEffect.Send send) {
                send(send.message());
            } else if (effect instanceof HostEffect.Durable durable) {
                tellApplied(durable);
            } else if (effect instanceof HostEffect.Persist persist) {
                persist(persist);
            } else if (effect instanceof HostEffect.Compact compact) {
                compact(compact);
            } else if (effect instanceof HostEffect.Fenced) {
                line(LOG.atInfo()).log("{} epoch {}: the store has seen a higher one", key, hosted.epoch());
                listener.fenced(key, hosted.epoch());
            } else if (effect instanceof HostEffect.Reached reached) {
                node.counters().hit(reached.limit());
            } else if (effect instanceof HostEffect.Report report) {
                line(LOG.atInfo()).log("{} epoch {}: {}", key, hosted.epoch(), report.what());
            } else {
                throw new AssertionError(effect);
            }
        }
    }

    private void send(LinkMessage message) {
        times.sent(message);
        if (isSuspended) {
            withheld.add(message);
        } else {
            inbox.toLink(message);
        }
    }

    private void tellApplied(HostEffect.Durable durable) {
        if (events.isWatched(ServerEvent.ChangesApplied.class)) {
            durable.byAuthor((sessionId, last, changes) -> events.tell(
                    new ServerEvent.ChangesApplied(events.origin(key, sessionId), hosted.epoch(), last, changes)));
        }
    }

    private void persist(HostEffect.Persist persist) {
        List<Span> appending = times.appending();
        store.append(key, hosted.epoch(), persist.firstPosition(), persist.blobs())
                .onComplete(appended -> ownContext.runOnContext(run -> {
                    appending.forEach(Span::end);
                    if (appended.succeeded()) {
                        isStoreFailing = false;
                        metrics.changes(persist.blobs().size());
                        input(() -> hosted.persisted(persist.lastPosition(), nowMillis()));
                        if (packer != null && !isOver) {
                            packer.persisted(persist.lastPosition());
                        }
                        completeFlush();
                    } else if (!isOver) {
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
                    if (done.succeeded()) {
                        events.tell(
                                ServerEvent.SnapshotCreated.class,
                                key,
                                compact.sessionId(),
                                origin -> new ServerEvent.SnapshotCreated(
                                        origin, compact.upToPosition(), compact.snapshot().length));
                    } else {
                        line(LOG.atWarn())
                                .log(
                                        "{} epoch {}: not compacted: {}",
                                        key,
                                        hosted.epoch(),
                                        done.cause().getMessage());
                    }
                    input(() -> hosted.compacted(compact.upToPosition(), done.succeeded()));
                }));
    }

    private void persistFailed(Throwable cause) {
        boolean isStale = cause instanceof StaleEpochException;
        line(isStoreFailing ? LOG.atDebug() : LOG.atWarn())
                .log("{} epoch {}: the store did not take an append: {}", key, hosted.epoch(), cause.getMessage());
        isStoreFailing = true;
        events.tell(ServerEvent.StoreFailed.class, key, null, origin -> new ServerEvent.StoreFailed(origin, cause));
        input(() -> hosted.persistFailed(isStale, nowMillis()));
        if (isStale && flushing != null) {
            flushing.tryFail(cause);
        }
    }

    private LoggingEventBuilder line(LoggingEventBuilder line) {
        return LogFields.of(line, key, hosted.epoch());
    }

    static long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }
}
