package dev.weft.server.simulation;

import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.gateway.DocumentRouter;
import dev.weft.server.link.AwareLink;
import dev.weft.server.link.DocumentLink;
import dev.weft.server.link.LinkEffect;
import dev.weft.server.link.RelayLink;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Performs what the links of one gateway decide, as the gateway verticle does. */
final class SimulatedGateway {
    static final int TICK_MILLIS = 100;

    private final Simulation simulation;
    private final SimulatedNode node;
    private final DocumentRouter router;
    private final Map<String, SimulatedConnection> connections = new LinkedHashMap<>();
    private final Map<DocumentKey, DocumentLink> links = new LinkedHashMap<>();
    private final Map<Long, DocumentLink> linksByNumber = new HashMap<>();
    private long nextLink = 1;

    /** Sessions that go at once when the node leaves. */
    private static final int HAND_OVER_BATCH = 2;

    private static final int HAND_OVER_PAUSE_MILLIS = 20;

    /** A single change may be larger than what is kept of many. */
    private static final long CHANGE_BYTES_MAX = 4_096;

    SimulatedGateway(Simulation simulation, SimulatedNode node, DocumentRouter router) {
        this.simulation = simulation;
        this.node = node;
        this.router = router;
    }

    void start() {
        node.later(TICK_MILLIS, this::tick);
    }

    Simulation simulation() {
        return simulation;
    }

    SimulatedNode node() {
        return node;
    }

    int linkCount() {
        return links.size();
    }

    /** This node is given no document any more. */
    void exclude() {
        router.exclude(node.id());
    }

    /** Sends its sessions away, a few at a time. */
    void handOver(Runnable gone) {
        List<SimulatedConnection> batch =
                connections.values().stream().limit(HAND_OVER_BATCH).toList();
        if (batch.isEmpty()) {
            gone.run();
            return;
        }
        batch.forEach(SimulatedConnection::handOver);
        node.later(HAND_OVER_PAUSE_MILLIS, () -> handOver(gone));
    }

    void requireBounded() {
        for (DocumentLink link : links.values()) {
            if (link.recentBytes() > simulation.scenario().bounds().link().recentBytesMax() + CHANGE_BYTES_MAX) {
                throw new Violation(
                        Invariant.I10_BOUNDED,
                        "a link on " + node + " keeps " + link.recentBytes() + " bytes of broadcasts");
            }
        }
    }

    SimulatedConnection accept(SimulatedSocket socket) {
        SimulatedConnection connection = new SimulatedConnection(this, socket, simulation.newSessionId());
        connections.put(connection.sessionId(), connection);
        return connection;
    }

    void closed(SimulatedConnection connection) {
        connections.remove(connection.sessionId());
    }

    void crashed() {
        List.copyOf(connections.values()).forEach(SimulatedConnection::crashed);
        connections.clear();
    }

    void frozen(long millis) {
        connections.values().forEach(connection -> connection.frozen(millis));
    }

    DocumentLink link(DocumentKey key) {
        DocumentLink existing = links.get(key);
        if (existing != null) {
            return existing;
        }
        LinkAddress address = new LinkAddress(node.id(), 0, nextLink++);
        DocumentLink link = key.kind() == DocumentKind.AWARE
                ? new AwareLink(
                        key, address, true, simulation.scenario().bounds().link())
                : new RelayLink(
                        key, address, true, simulation.scenario().bounds().link());
        links.put(key, link);
        linksByNumber.put(address.number(), link);
        return link;
    }

    void receive(LinkMessage message) {
        DocumentLink link = linksByNumber.get(message.to().number());
        if (link != null) {
            link.receive(message, now());
            perform(link);
        }
    }

    void nodeLeft(String nodeId) {
        List.copyOf(links.values()).forEach(link -> {
            link.memberLeft(nodeId, now());
            perform(link);
        });
    }

    private void tick() {
        List.copyOf(connections.values()).forEach(connection -> connection.tick(now()));
        List.copyOf(links.values()).forEach(link -> {
            link.tick(now());
            perform(link);
        });
        start();
    }

    void performLater(DocumentLink link) {
        node.later(0, () -> perform(link));
    }

    void perform(DocumentLink link) {
        for (LinkEffect effect : link.takeEffects()) {
            perform(link, effect);
        }
    }

    private void perform(DocumentLink link, LinkEffect effect) {
        if (effect instanceof LinkEffect.ToSessions toSessions) {
            for (String sessionId : toSessions.sessionIds()) {
                withConnection(sessionId, connection -> connection.write(toSessions.message()));
            }
        } else if (effect instanceof LinkEffect.ToOwner toOwner) {
            node.toOwner(toOwner.nodeId(), toOwner.message());
        } else if (effect instanceof LinkEffect.FindOwner findOwner) {
            findOwner(link, findOwner);
        } else if (effect instanceof LinkEffect.Pause pause) {
            withConnection(pause.sessionId(), connection -> connection.pause(link.key()));
        } else if (effect instanceof LinkEffect.Resume resume) {
            withConnection(resume.sessionId(), connection -> connection.resume(link.key()));
        } else if (effect instanceof LinkEffect.Forget forget) {
            withConnection(forget.sessionId(), connection -> connection.forget(link.key()));
        } else if (effect instanceof LinkEffect.Discard) {
            links.remove(link.key(), link);
            linksByNumber.remove(link.address().number());
        } else if (effect instanceof LinkEffect.Followed followed) {
            simulation
                    .trace()
                    .add(node.id(), link.key(), "follows " + followed.nodeId() + " epoch " + followed.epoch());
        } else if (effect instanceof LinkEffect.Reached) {
            // Counted by real nodes; nothing depends on it.
            return;
        } else if (effect instanceof LinkEffect.Report report) {
            simulation.trace().add(node.id(), link.key(), report.sessionId(), report.what());
        } else {
            throw new AssertionError(effect);
        }
    }

    private void findOwner(DocumentLink link, LinkEffect.FindOwner findOwner) {
        simulation.trace().add(node.id(), "looks for the owner of", link.key(), findOwner);
        router.route(link.key(), simulation.tampering().suspect(findOwner.suspect()))
                .onSuccess(found -> link.routed(found, now()))
                .onFailure(cause -> link.unroutable(cause.getMessage(), now()))
                .onComplete(done -> perform(link));
    }

    void kindOf(String documentId, Consumer<DocumentKind> found) {
        router.kindOf(documentId).onSuccess(kind -> kind.ifPresent(found));
    }

    private void withConnection(String sessionId, Consumer<SimulatedConnection> action) {
        SimulatedConnection connection = connections.get(sessionId);
        if (connection != null) {
            action.accept(connection);
        }
    }

    long now() {
        return simulation.schedule().now();
    }
}
