package dev.weft.server.gateway;

import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.limits.Limit;
import dev.weft.server.link.AwareLink;
import dev.weft.server.link.DocumentLink;
import dev.weft.server.link.LinkEffect;
import dev.weft.server.link.RelayLink;
import dev.weft.server.observe.GatewayMetrics;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links of one gateway, one for each document somebody here has open: gives them what owners say, and performs what
 * they decide. Confined to the gateway's context.
 */
final class GatewayLinks {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayLinks.class);

    private final GatewayVerticle gateway;
    private final int gatewayIndex;
    private final NodeInbox inbox;
    private final DocumentRouter router;
    private final GatewayMetrics metrics;
    private final Map<DocumentKey, DocumentLink> links = new HashMap<>();
    private final Map<Long, DocumentLink> linksByNumber = new HashMap<>();
    private final Map<Long, OwnerTimes> times = new HashMap<>();
    private long nextNumber = 1;
    private long frameAtNanos;

    GatewayLinks(GatewayVerticle gateway, int gatewayIndex, NodeInbox inbox, DocumentRouter router) {
        this.gateway = gateway;
        this.gatewayIndex = gatewayIndex;
        this.inbox = inbox;
        this.router = router;
        this.metrics = gateway.metrics();
    }

    /** The link of a document; a new one if nobody here has it open. */
    DocumentLink link(DocumentKey key) {
        DocumentLink existing = links.get(key);
        if (existing != null) {
            return existing;
        }
        GatewayOptions options = gateway.options();
        LinkAddress address = new LinkAddress(inbox.nodeId(), gatewayIndex, nextNumber++);
        DocumentLink link = key.kind() == DocumentKind.AWARE
                ? new AwareLink(key, address, options.create(), options.links())
                : new RelayLink(key, address, options.create(), options.links());
        link.withPlugins(gateway.plugins().besideLink(key));
        links.put(key, link);
        linksByNumber.put(address.number(), link);
        times.put(address.number(), new OwnerTimes(key, inbox.nodeId(), metrics));
        return link;
    }

    void receive(LinkMessage message, long arrivedAtNanos) {
        DocumentLink link = linksByNumber.get(message.to().number());
        if (link != null) {
            OwnerTimes asked = times.get(message.to().number());
            asked.received(message);
            link.receive(message, gateway.nowMillis());
            perform(link);
            asked.performed();
            if (message instanceof LinkMessage.Broadcast) {
                metrics.broadcast(metrics.nanoTime() - arrivedAtNanos);
            }
        }
    }

    void nodeLeft(String nodeId) {
        List.copyOf(links.values()).forEach(link -> {
            link.memberLeft(nodeId, gateway.nowMillis());
            perform(link);
        });
    }

    void tick(long nowMillis) {
        List.copyOf(links.values()).forEach(link -> {
            link.tick(nowMillis);
            perform(link);
        });
    }

    int count() {
        return links.size();
    }

    /** Bytes that owners have not acknowledged yet, of all links. */
    long unacknowledgedBytes() {
        return links.values().stream()
                .mapToLong(DocumentLink::unacknowledgedBytes)
                .sum();
    }

    /** By the clock of the metrics; 0 if nobody wants to know. */
    long frameTime() {
        return metrics.traces().isOn() ? metrics.nanoTime() : 0;
    }

    /** Deals with a frame, from which edits may follow. @param arrivedAtNanos the {@link #frameTime} at which it came */
    void frame(long arrivedAtNanos, Runnable dealing) {
        if (!metrics.traces().isOn()) {
            dealing.run();
            return;
        }
        frameAtNanos = arrivedAtNanos;
        try {
            dealing.run();
        } finally {
            frameAtNanos = 0;
        }
    }

    /** {@link #perform} when the input that is being dealt with is done; keeps effects in the order of their inputs. */
    void performLater(DocumentLink link) {
        gateway.later(() -> perform(link));
    }

    void perform(DocumentLink link) {
        for (LinkEffect effect : link.takeEffects()) {
            perform(link, effect);
        }
    }

    private void perform(DocumentLink link, LinkEffect effect) {
        if (effect instanceof LinkEffect.ToSessions toSessions) {
            gateway.connections().deliver(link.key(), toSessions.sessionIds(), toSessions.message());
        } else if (effect instanceof LinkEffect.ToOwner toOwner) {
            OwnerMessage sent = times.get(link.address().number()).sent(toOwner.message(), frameAtNanos);
            if (toOwner.message() instanceof OwnerMessage.Attach) {
                LOG.debug("{} attaches to {}", link.key(), toOwner.nodeId());
            }
            inbox.toOwner(toOwner.nodeId(), sent);
        } else if (effect instanceof LinkEffect.FindOwner findOwner) {
            findOwner(link, findOwner);
        } else if (effect instanceof LinkEffect.Pause pause) {
            gateway.counters().hit(Limit.UNCONFIRMED_BYTES);
            gateway.connections()
                    .with(pause.sessionId(), connection -> connection.pauses().pauseFor(link.key()));
        } else if (effect instanceof LinkEffect.Resume resume) {
            gateway.connections()
                    .with(resume.sessionId(), connection -> connection.pauses().resumeFrom(link.key()));
        } else if (effect instanceof LinkEffect.Forget forget) {
            gateway.connections().with(forget.sessionId(), connection -> connection
                    .documents()
                    .forget(link.key()));
        } else if (effect instanceof LinkEffect.Discard) {
            links.remove(link.key(), link);
            linksByNumber.remove(link.address().number());
            times.remove(link.address().number()).close();
        } else if (effect instanceof LinkEffect.Followed followed) {
            LOG.debug("{} follows {} epoch {}", link.key(), followed.nodeId(), followed.epoch());
            gateway.events()
                    .tell(
                            ServerEvent.OwnerChanged.class,
                            link.key(),
                            null,
                            origin -> new ServerEvent.OwnerChanged(origin, followed.nodeId(), followed.epoch()));
        } else if (effect instanceof LinkEffect.Reached reached) {
            gateway.counters().hit(reached.limit());
        } else if (effect instanceof LinkEffect.Report report) {
            LOG.debug("{} session {}: {}", link.key(), report.sessionId(), report.what());
        } else {
            throw new AssertionError(effect);
        }
    }

    private void findOwner(DocumentLink link, LinkEffect.FindOwner findOwner) {
        LOG.debug("{} looks for its owner, suspects {}", link.key(), findOwner.suspect());
        router.route(link.key(), findOwner.suspect())
                .onComplete(routed -> gateway.later(() -> {
                    if (routed.succeeded()) {
                        link.routed(routed.result(), gateway.nowMillis());
                    } else {
                        link.unroutable(routed.cause().getMessage(), gateway.nowMillis());
                    }
                    perform(link);
                }));
    }
}
