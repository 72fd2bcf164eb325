package dev.weft.server.simulation;

import dev.weft.server.bus.BusMessage;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.gateway.DocumentRouter;
import dev.weft.server.registry.LocalPlacement;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.storage.DocumentStore;
import java.util.ArrayList;
import java.util.List;

/** One start of a server process: what it holds in memory is gone with it. */
final class SimulatedNode {
    private final Simulation simulation;
    private final String id;
    private final SimulatedDeployer deployer;
    private final SimulatedGateway gateway;
    private final List<Runnable> backlog = new ArrayList<>();
    private boolean isUp = true;
    private boolean isFrozen;
    private boolean reachesStore = true;
    private boolean isLeaving;

    SimulatedNode(Simulation simulation, String id, DocumentStore sharedStore) {
        this.simulation = simulation;
        this.id = id;
        OwnershipRegistry registry = new SimulatedRegistry(simulation, this);
        DocumentStore store = new SimulatedStore(simulation, this, sharedStore);
        this.deployer = new SimulatedDeployer(simulation, this, registry, store);
        this.gateway =
                new SimulatedGateway(simulation, this, new DocumentRouter(registry, store, new LocalPlacement()));
    }

    void start() {
        deployer.start();
        gateway.start();
    }

    String id() {
        return id;
    }

    boolean isUp() {
        return isUp;
    }

    boolean isFrozen() {
        return isFrozen;
    }

    SimulatedGateway gateway() {
        return gateway;
    }

    SimulatedDeployer deployer() {
        return deployer;
    }

    boolean isLeaving() {
        return isLeaving;
    }

    /** Documents first, while the sockets of this node still follow them; then the sockets, to other nodes. */
    void drain(List<String> others, Runnable gone) {
        isLeaving = true;
        later(0, () -> {
            gateway.exclude();
            if (!simulation.tampering().drainsInOrder()) {
                gateway.handOver(() -> {});
            }
            deployer.drain(others, () -> gateway.handOver(gone));
        });
    }

    void requireBounded() {
        gateway.requireBounded();
        deployer.requireBounded();
    }

    boolean reachesStore() {
        return reachesStore;
    }

    void reachesStore(boolean does) {
        reachesStore = does;
    }

    /** As the process dies: nothing it had planned happens. */
    void crash() {
        isUp = false;
        gateway.crashed();
    }

    /** As in a long pause of the process: everything it had planned happens at its end. */
    void freeze(long millis) {
        if (isFrozen || !isUp) {
            return;
        }
        isFrozen = true;
        gateway.frozen(millis);
        simulation.schedule().after(millis, () -> {
            isFrozen = false;
            List<Runnable> waiting = List.copyOf(backlog);
            backlog.clear();
            waiting.forEach(this::run);
        });
    }

    void later(long delayMillis, Runnable action) {
        simulation.schedule().after(delayMillis, () -> {
            if (isFrozen) {
                backlog.add(action);
            } else {
                run(action);
            }
        });
    }

    private void run(Runnable action) {
        if (isUp) {
            action.run();
        }
    }

    // What the node inbox does.

    void toOwner(String nodeId, OwnerMessage message) {
        OwnerMessage sent = simulation.tampering().toOwner(message);
        if (sent != null) {
            simulation.bus().send(this, nodeId, sent);
        }
    }

    void toLink(LinkMessage message) {
        simulation.bus().send(this, message.to().nodeId(), message);
    }

    void receive(BusMessage message) {
        if (message instanceof OwnerMessage toOwner) {
            deployer.receive(toOwner);
        } else {
            LinkMessage heard = simulation.tampering().toLink((LinkMessage) message, simulation.witness());
            if (heard != null) {
                gateway.receive(heard);
            }
        }
    }

    void nodeLeft(String nodeId) {
        simulation.trace().add(id, "hears that", nodeId, "left");
        gateway.nodeLeft(nodeId);
        deployer.nodeLeft(nodeId);
    }

    void nodeJoined(String nodeId) {
        deployer.nodeJoined(nodeId);
    }

    void handOff(String toNode) {
        deployer.handOff(toNode);
    }

    void entriesDoubtful() {
        deployer.entriesDoubtful();
    }

    @Override
    public String toString() {
        return id;
    }
}
