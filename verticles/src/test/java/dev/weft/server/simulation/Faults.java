package dev.weft.server.simulation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Makes larger things go wrong, one now and then, and puts them right again. */
final class Faults {
    private final Simulation simulation;

    Faults(Simulation simulation) {
        this.simulation = simulation;
    }

    void start() {
        if (simulation.scenario().faultEveryMillis() > 0) {
            next();
        }
    }

    private void next() {
        Schedule schedule = simulation.schedule();
        schedule.after(1 + schedule.upTo(2 * simulation.scenario().faultEveryMillis()), () -> {
            if (simulation.faultsActive()) {
                happen();
                next();
            }
        });
    }

    private void happen() {
        switch (random().nextInt(13)) {
            case 0, 1 -> crash();
            case 2 -> freeze();
            case 3 -> partition();
            case 4 -> storeDown();
            case 5 -> storeSlow();
            case 6, 7 -> breakSocket();
            case 8 -> handOff();
            case 9 -> loseEntries();
            case 10 -> drain();
            case 11 -> simulation.claimLate(random().nextBoolean() ? Simulation.AWARE : Simulation.RELAY);
            default -> falseAlarm();
        }
    }

    private void crash() {
        SimulatedNode node = anyNode();
        if (node != null) {
            simulation.crash(node);
            later(2_000, simulation::startNode);
        }
    }

    private void freeze() {
        SimulatedNode node = anyNode();
        if (node != null) {
            long millis = simulation.schedule().upTo(6_000);
            simulation.trace().add(node.id(), "freezes for", millis, "ms");
            node.freeze(millis);
        }
    }

    private void partition() {
        List<SimulatedNode> nodes = simulation.nodes();
        if (nodes.size() < 2 || simulation.directories().isPartitioned()) {
            return;
        }
        cutOff(anyNode());
        later(8_000, this::healPartition);
    }

    void cutOff(SimulatedNode cut) {
        simulation.trace().add(cut.id(), "is cut off from the other nodes");
        Set<String> minority = new LinkedHashSet<>(List.of(cut.id()));
        simulation.directories().partition(minority);
        for (SimulatedNode node : simulation.nodes()) {
            if (node != cut) {
                node.later(simulation.schedule().upTo(3_000), () -> node.nodeLeft(cut.id()));
                cut.later(simulation.schedule().upTo(3_000), () -> cut.nodeLeft(node.id()));
            }
        }
    }

    void healPartition() {
        if (!simulation.directories().isPartitioned()) {
            return;
        }
        simulation.trace().add("network", "heals");
        for (SimulatedNode one : simulation.nodes()) {
            for (SimulatedNode other : simulation.nodes()) {
                if (simulation.directories().separated(one.id(), other.id())) {
                    one.later(simulation.schedule().upTo(500), () -> one.nodeJoined(other.id()));
                }
            }
        }
        simulation.directories().heal();
        simulation.nodes().forEach(node -> node.later(simulation.schedule().upTo(1_000), node::entriesDoubtful));
    }

    private void storeDown() {
        boolean forAll = random().nextBoolean();
        List<SimulatedNode> nodes = simulation.nodes();
        SimulatedNode one = anyNode();
        simulation.trace().add("store", "cannot be reached by", forAll ? "anybody" : one);
        nodes.stream().filter(node -> forAll || node == one).forEach(node -> node.reachesStore(false));
        later(6_000, () -> nodes.forEach(node -> node.reachesStore(true)));
    }

    private void storeSlow() {
        simulation.trace().add("store", "is slow");
        simulation.storeIsSlow(true);
        later(5_000, () -> simulation.storeIsSlow(false));
    }

    private void breakSocket() {
        for (SimulatedClient client : simulation.clients()) {
            if (client.socket != null && random().nextInt(3) == 0) {
                Schedule schedule = simulation.schedule();
                long serverNotices = random().nextInt(4) == 0 ? 60_000 : 3_000;
                client.socket.breakOff(schedule.upTo(2_000), schedule.upTo(serverNotices));
            }
        }
    }

    /** As when the nodes that held all copies of an entry die together; everybody is told that entries are in doubt. */
    private void loseEntries() {
        if (!simulation.directories().isPartitioned()) {
            simulation.trace().add("registry", "loses entries");
            simulation.directories().loseEntries(key -> random().nextBoolean());
            simulation.nodes().forEach(node -> node.later(simulation.schedule().upTo(1_000), node::entriesDoubtful));
        }
    }

    /** A node is taken out in order, and another one comes for it. */
    private void drain() {
        SimulatedNode node = anyNode();
        boolean isLast =
                simulation.nodes().stream().filter(each -> !each.isLeaving()).count() < 2;
        if (node != null && !node.isLeaving() && !isLast) {
            simulation.drain(node);
            later(4_000, simulation::startNode);
        }
    }

    /** Moves all documents of a node to another one, as a drain does. */
    private void handOff() {
        SimulatedNode from = anyNode();
        SimulatedNode to = anyNode();
        if (from != null && from != to) {
            simulation.trace().add(from.id(), "hands off to", to);
            from.later(0, () -> from.handOff(to.id()));
        }
    }

    /** A node is told of the departure of one that has not left. */
    private void falseAlarm() {
        SimulatedNode hears = anyNode();
        SimulatedNode living = anyNode();
        if (hears != null && hears != living) {
            hears.later(0, () -> hears.nodeLeft(living.id()));
        }
    }

    /** Everything is as it should be, at once. */
    void heal() {
        simulation.trace().add("world", "is healed");
        healPartition();
        simulation.storeIsSlow(false);
        simulation.nodes().forEach(node -> node.reachesStore(true));
        while (simulation.nodes().size() < simulation.scenario().nodes()) {
            simulation.startNode();
        }
    }

    private void later(long millis, Runnable action) {
        simulation.schedule().after(simulation.schedule().upTo(millis), () -> {
            // When the run is over everything has been healed already.
            if (simulation.faultsActive()) {
                action.run();
            }
        });
    }

    private SimulatedNode anyNode() {
        List<SimulatedNode> nodes = simulation.nodes();
        return nodes.isEmpty() ? null : nodes.get(random().nextInt(nodes.size()));
    }

    private Random random() {
        return simulation.schedule().random();
    }
}
