package dev.weft.server.embed;

import dev.weft.protocol.message.Message;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.gateway.DocumentRouter;
import dev.weft.server.link.AwareLink;
import dev.weft.server.link.DocumentLink;
import dev.weft.server.link.LinkEffect;
import dev.weft.server.link.LinkLimits;
import dev.weft.server.plugin.LinkPlugin;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway of sessions that have no socket: performs what their links decide. Deployed on a worker context, which runs
 * one thing at a time in order, so it is confined like any gateway and may take its time.
 */
final class LocalGateway extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(LocalGateway.class);
    private static final int TICK_MILLIS = 100;

    /** What the gateways of a node share. @param linkLimits those of client links @param nowMillis never goes backwards */
    record Surroundings(
            NodeInbox inbox,
            DocumentRouter router,
            PluginChain plugins,
            LinkLimits linkLimits,
            EmbedLimits limits,
            LongSupplier nowMillis) {}

    /** A document that may be created has another link than one that may not. */
    private record LinkKey(DocumentKey document, boolean create) {}

    private final int index;
    private final Surroundings around;
    private final Map<String, LocalSession> sessions = new HashMap<>();
    private final Map<LinkKey, DocumentLink> links = new HashMap<>();
    private final Map<Long, LinkKey> keysByNumber = new HashMap<>();
    private volatile Context ownContext;
    private long nextLink = 1;

    /** @param index among all gateways of the node, those of sockets included */
    LocalGateway(int index, Surroundings around) {
        this.index = index;
        this.around = around;
    }

    @Override
    public Future<?> start() {
        ownContext = context;
        around.inbox.addGateway(index, message -> run(() -> receive(message)));
        vertx.setPeriodic(TICK_MILLIS, timer -> tick());
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        around.inbox.removeGateway(index);
        List.copyOf(sessions.values()).forEach(session -> session.over(null));
        return Future.succeededFuture();
    }

    /** Runs a task after those before it. Called on any thread. */
    void run(Runnable task) {
        ownContext.runOnContext(run -> task.run());
    }

    /** Runs a task on this gateway's context after a while. */
    void later(int millis, Runnable task) {
        vertx.setTimer(millis, timer -> task.run());
    }

    EmbedLimits limits() {
        return around.limits;
    }

    /** A node is gone. Called on any thread. */
    void nodeLeft(String nodeId) {
        run(() -> performAll(link -> link.memberLeft(nodeId, now())));
    }

    void add(LocalSession session) {
        sessions.put(session.id(), session);
    }

    /** The session's document gets a message from it. */
    void send(LocalSession session, Message message) {
        LinkKey key = new LinkKey(session.key(), session.mayCreate());
        DocumentLink link = links.computeIfAbsent(key, this::open);
        link.receive(session.id(), message, now());
        perform(key, link);
    }

    void remove(LocalSession session) {
        sessions.remove(session.id());
        LinkKey key = new LinkKey(session.key(), session.mayCreate());
        DocumentLink link = links.get(key);
        if (link != null) {
            link.closed(session.id(), now());
            perform(key, link);
        }
    }

    private DocumentLink open(LinkKey key) {
        LinkAddress address = new LinkAddress(around.inbox.nodeId(), index, nextLink++);
        DocumentLink link = new AwareLink(key.document, address, key.create, around.linkLimits);
        Map<String, LinkPlugin> beside = new HashMap<>();
        around.plugins.besideLink(key.document).forEach((name, plugin) -> beside.put(name, new UnseenSession(plugin)));
        link.withPlugins(beside);
        keysByNumber.put(address.number(), key);
        return link;
    }

    private void receive(LinkMessage message) {
        LinkKey key = keysByNumber.get(message.to().number());
        if (key != null) {
            DocumentLink link = links.get(key);
            link.receive(message, now());
            perform(key, link);
        }
    }

    private void tick() {
        performAll(link -> link.tick(now()));
    }

    private void performAll(Consumer<DocumentLink> input) {
        Map.copyOf(links).forEach((key, link) -> {
            input.accept(link);
            perform(key, link);
        });
    }

    private void perform(LinkKey key, DocumentLink link) {
        for (LinkEffect effect : link.takeEffects()) {
            if (effect instanceof LinkEffect.ToSessions toSessions) {
                toSessions.sessionIds().forEach(id -> deliver(id, toSessions.message()));
            } else if (effect instanceof LinkEffect.ToOwner toOwner) {
                around.inbox.toOwner(toOwner.nodeId(), toOwner.message());
            } else if (effect instanceof LinkEffect.FindOwner findOwner) {
                findOwner(key, link, findOwner);
            } else if (effect instanceof LinkEffect.Forget forget) {
                forget(forget.sessionId());
            } else if (effect instanceof LinkEffect.Discard) {
                links.remove(key, link);
                keysByNumber.remove(link.address().number());
            } else if (effect instanceof LinkEffect.Report report) {
                LOG.debug("{} session {}: {}", link.key(), report.sessionId(), report.what());
            } else {
                // Nothing of a session without a socket can be paused; what it submits is bounded by edits in flight.
                LOG.trace("{}: {}", link.key(), effect);
            }
        }
    }

    private void deliver(String sessionId, Message message) {
        LocalSession session = sessions.get(sessionId);
        if (session != null) {
            session.receive(message);
        }
    }

    private void forget(String sessionId) {
        LocalSession session = sessions.remove(sessionId);
        if (session != null) {
            session.over(new DocumentUnavailableException("The document let go of its session"));
        }
    }

    private void findOwner(LinkKey key, DocumentLink link, LinkEffect.FindOwner findOwner) {
        around.router
                .route(key.document, findOwner.suspect())
                .onComplete(routed -> run(() -> {
                    if (routed.succeeded()) {
                        link.routed(routed.result(), now());
                    } else {
                        link.unroutable(routed.cause().getMessage(), now());
                    }
                    perform(key, link);
                }));
    }

    private long now() {
        return around.nowMillis.getAsLong();
    }
}
