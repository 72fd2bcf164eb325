package dev.weft.server.document;

import dev.weft.protocol.message.ErrorCode;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.registry.Claim;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.StoredEntry;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts documents on this node when links ask for them: claims, loads, deploys, and lets go again. Messages for hosted
 * documents are handed over by table look-up on any thread; everything else happens on one context.
 */
public final class DocumentDeployer implements DocumentVerticle.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentDeployer.class);

    /** Attachments that may wait for one document to load; the links repeat what is dropped. */
    private static final int WAITING_MAX = 4_096;

    private final Vertx vertx;
    private final OwnershipRegistry registry;
    private final DocumentStore store;
    private final NodeInbox inbox;
    private final DocumentLoader loader;
    private final HostLimits limits;
    private final Supplier<String> claimIds;
    private final int passivateMillis;
    private final Context ownContext;
    private final Map<DocumentKey, Hosting> hostings = new ConcurrentHashMap<>();

    /**
     * @param claimIds gives ids that are unique in the cluster and for ever
     * @param passivateMillis a document nobody follows is let go after this time
     */
    public DocumentDeployer(
            Vertx vertx,
            OwnershipRegistry registry,
            DocumentStore store,
            NodeInbox inbox,
            DocumentLoader loader,
            HostLimits limits,
            Supplier<String> claimIds,
            int passivateMillis) {
        this.vertx = vertx;
        this.registry = registry;
        this.store = store;
        this.inbox = inbox;
        this.loader = loader;
        this.limits = limits;
        this.claimIds = claimIds;
        this.passivateMillis = passivateMillis;
        this.ownContext = vertx.getOrCreateContext();
    }

    /** A message for an owner reached this node. Called on any thread. */
    public void receive(OwnerMessage message) {
        Hosting hosting = hostings.get(message.key());
        if (hosting != null && hosting.verticle != null) {
            hosting.verticle.receive(message);
        } else {
            ownContext.runOnContext(run -> receiveUnhosted(message));
        }
    }

    /** How many documents this node hosts. */
    public int hostedCount() {
        return hostings.size();
    }

    public boolean isHosted(DocumentKey key) {
        Hosting hosting = hostings.get(key);
        return hosting != null && hosting.verticle != null;
    }

    /** A node is gone. Called on any thread. */
    public void nodeLeft(String nodeId) {
        for (Hosting hosting : hostings.values()) {
            if (hosting.verticle != null) {
                hosting.verticle.nodeLeft(nodeId);
            }
        }
    }

    /** Lets go of every document, so that other nodes may claim them at once. */
    public Future<Void> stop() {
        List<Future<Void>> released = new ArrayList<>();
        hostings.forEach((key, hosting) -> released.add(letGo(key, hosting)));
        return Future.join(released).mapEmpty();
    }

    private void receiveUnhosted(OwnerMessage message) {
        Hosting hosting = hostings.get(message.key());
        if (hosting != null && hosting.verticle != null) {
            hosting.verticle.receive(message);
        } else if (message instanceof OwnerMessage.Attach attach) {
            if (hosting == null) {
                host(attach);
            } else if (hosting.waiting.size() < WAITING_MAX) {
                hosting.waiting.add(attach);
            }
        } else if (hosting == null && !(message instanceof OwnerMessage.Detach)) {
            inbox.toLink(new LinkMessage.NotOwner(message.key(), message.from(), message.epoch(), null));
        }
    }

    private void host(OwnerMessage.Attach attach) {
        DocumentKey key = attach.key();
        Hosting hosting = new Hosting(claimIds.get());
        hosting.waiting.add(attach);
        hostings.put(key, hosting);
        claim(attach, hosting)
                .compose(ownership -> {
                    if (!ownership.isClaim(hosting.claimId)) {
                        return Future.failedFuture(new OwnedElsewhere(ownership.route()));
                    }
                    return store.claim(key, attach.create());
                })
                .compose(epoch -> registry.activate(key, hosting.claimId, epoch).compose(active -> load(key, epoch)))
                .compose(hosted -> deploy(key, hosting, hosted))
                .onComplete(deployed -> ownContext.runOnContext(run -> {
                    if (deployed.failed()) {
                        fail(key, hosting, deployed.cause());
                    }
                }));
    }

    private Future<Ownership> claim(OwnerMessage.Attach attach, Hosting hosting) {
        Claim claim = Claim.of(hosting.claimId, registry.localNode());
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
        return store.load(key, epoch).compose(stored -> store.readAll(
                        key, epoch, stored.info().snapshotPosition(), entries::addAll)
                .compose(read -> vertx.executeBlocking(() -> loader.load(
                        key, epoch, stored.snapshot(), entries, stored.info().lastPosition()))));
    }

    private Future<Void> deploy(DocumentKey key, Hosting hosting, Hosted hosted) {
        DocumentVerticle verticle = new DocumentVerticle(key, hosted, store, inbox, limits, this);
        return vertx.deployVerticle(verticle, new DeploymentOptions()).compose(deploymentId -> {
            // Back on the deployer's context, where nothing can be added to the waiting list meanwhile.
            ownContext.runOnContext(run -> {
                hosting.deploymentId = deploymentId;
                hosting.verticle = verticle;
                hosting.waiting.forEach(verticle::receive);
                hosting.waiting.clear();
                LOG.debug("Hosting {} in epoch {}", key, hosted.epoch());
            });
            return Future.<Void>succeededFuture();
        });
    }

    private void fail(DocumentKey key, Hosting hosting, Throwable cause) {
        hostings.remove(key, hosting);
        if (cause instanceof OwnedElsewhere elsewhere) {
            hosting.waiting.forEach(attach ->
                    inbox.toLink(new LinkMessage.NotOwner(key, attach.from(), attach.epoch(), elsewhere.nodeId)));
            return;
        }
        registry.release(key, hosting.claimId, null)
                .onFailure(e -> LOG.warn("{} could not be released after a failed start: {}", key, e.getMessage()));
        boolean isUnknown = cause instanceof DocumentNotFoundException;
        if (!isUnknown) {
            LOG.warn("{} cannot be hosted here", key, cause);
        }
        String code = isUnknown ? ErrorCode.DOCUMENT_NOT_FOUND : ErrorCode.INTERNAL_ERROR;
        String reason = isUnknown ? "Document not found: " + key.id() : "The document cannot be loaded now";
        hosting.waiting.forEach(
                attach -> inbox.toLink(new LinkMessage.Refused(key, attach.from(), 0, code, reason, !isUnknown)));
    }

    @Override
    public void steppedDown(DocumentKey key, String reason) {
        ownContext.runOnContext(run -> {
            Hosting hosting = hostings.get(key);
            if (hosting != null) {
                LOG.info("{} is not ours any more: {}", key, reason);
                letGo(key, hosting);
            }
        });
    }

    @Override
    public void idle(DocumentKey key, long sinceMillis) {
        if (DocumentVerticle.nowMillis() - sinceMillis < passivateMillis) {
            return;
        }
        ownContext.runOnContext(run -> {
            Hosting hosting = hostings.get(key);
            if (hosting != null) {
                letGo(key, hosting);
            }
        });
    }

    private Future<Void> letGo(DocumentKey key, Hosting hosting) {
        hostings.remove(key, hosting);
        Future<?> undeployed =
                hosting.deploymentId == null ? Future.succeededFuture() : vertx.undeploy(hosting.deploymentId);
        return Future.join(undeployed, registry.release(key, hosting.claimId, null))
                .onFailure(e -> LOG.warn("{} could not be let go of cleanly: {}", key, e.getMessage()))
                .mapEmpty();
    }

    private static final class Hosting {
        final String claimId;
        final List<OwnerMessage.Attach> waiting = new ArrayList<>();
        volatile DocumentVerticle verticle;
        volatile String deploymentId;

        Hosting(String claimId) {
            this.claimId = claimId;
        }
    }

    private static final class OwnedElsewhere extends RuntimeException {
        final String nodeId;

        OwnedElsewhere(String nodeId) {
            super("Owned by " + nodeId);
            this.nodeId = nodeId;
        }
    }
}
