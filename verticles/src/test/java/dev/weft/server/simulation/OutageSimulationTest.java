package dev.weft.server.simulation;

import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.id.OperationId;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** While the store does not answer, people who reach each other go on seeing what they type; and it is soon made good. */
class OutageSimulationTest {
    private static final int SEEDS = Integer.getInteger("weft.outageSeeds", 3);
    private static final long BEGINS_MILLIS = 4_000;
    private static final long LASTS_MILLIS = 20_000;

    /** An owner loses its patience with the store after two seconds, and a cut must be noticed first. */
    private static final long PATIENCE_MILLIS = 3_500;

    private static final long NOTICED_MILLIS = 9_000;

    /** How long an edit is on its way. */
    private static final long WAY_MILLIS = 1_000;

    /** It is repaired if a few in a row are not lost, and not before others notice. */
    private static final double LOSS = 0.1;

    private static final long REPAIRED_MILLIS = 6_000;
    private static final long CHECK_MILLIS = 250;

    @Test
    void everybodySeesEverybodyWhileTheStoreIsDown() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation simulation = simulation(seed);
            at(simulation, 0, () -> simulation.nodes().forEach(node -> node.reachesStore(false)));
            at(simulation, LASTS_MILLIS, () -> simulation.nodes().forEach(node -> node.reachesStore(true)));
            requireSeen(simulation, PATIENCE_MILLIS, WAY_MILLIS, (one, other) -> true);
            Runs.run(simulation);
        }
    }

    @Test
    void andAlsoIfMessagesAreLostBetweenNodes() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation simulation = simulation(seed, LOSS);
            at(simulation, 0, () -> simulation.nodes().forEach(node -> node.reachesStore(false)));
            at(simulation, LASTS_MILLIS, () -> simulation.nodes().forEach(node -> node.reachesStore(true)));
            requireSeen(simulation, REPAIRED_MILLIS, REPAIRED_MILLIS, (one, other) -> true);
            Runs.run(simulation);
        }
    }

    /** The owner is on the side without the store. */
    @Test
    void bothSidesOfACutSeeTheirOwnWhoeverHasTheStore() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation simulation = simulation(seed);
            at(simulation, 0, () -> {
                SimulatedNode owner = ownerOf(simulation);
                simulation.faults().cutOff(owner);
                owner.reachesStore(false);
            });
            at(simulation, LASTS_MILLIS, () -> {
                simulation.nodes().forEach(node -> node.reachesStore(true));
                simulation.faults().healPartition();
            });
            requireSeen(simulation, NOTICED_MILLIS, WAY_MILLIS, (one, other) -> !simulation
                    .directories()
                    .separated(one.node().id(), other.node().id()));
            Runs.run(simulation);
        }
    }

    /** Nobody holds the epoch that fences the owner. */
    @Test
    void aClaimThatIsCarriedOutLateHoldsNobodyUp() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation simulation = simulation(seed);
            at(simulation, 0, () -> simulation.claimLate(Simulation.AWARE));
            requireStored(simulation, 2_500);
            Runs.run(simulation);
        }
    }

    /** A node that is cut off from everything has claimed, and the store hears of it just before the cut ends. */
    @Test
    void aLateClaimOfTheOtherSideHoldsNobodyUpForLongOnceTheCutHasEnded() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation simulation = simulation(seed);
            long cutMillis = 10_000;
            at(simulation, 0, () -> {
                SimulatedNode owner = ownerOf(simulation);
                simulation.faults().cutOff(owner);
                owner.reachesStore(false);
            });
            at(simulation, cutMillis - 500, () -> simulation.claimLate(Simulation.AWARE));
            at(simulation, cutMillis, () -> {
                simulation.nodes().forEach(node -> node.reachesStore(true));
                simulation.faults().healPartition();
            });
            requireStored(simulation, cutMillis + 5_000);
            Runs.run(simulation);
        }
    }

    private static void requireStored(Simulation simulation, long fromMillis) {
        for (long millis = fromMillis; millis < LASTS_MILLIS; millis += CHECK_MILLIS) {
            at(simulation, millis, () -> {
                long before = simulation.schedule().now() - 2 * WAY_MILLIS;
                for (SimulatedClient author : simulation.clients()) {
                    List<OperationId> lost = madeBefore(author, before)
                            .filter(id -> !simulation.witness().isStored(Simulation.AWARE, id))
                            .toList();
                    if (!lost.isEmpty()) {
                        throw new Violation(Invariant.GOES_ON, lost + " of " + author + " are not stored yet");
                    }
                }
            });
        }
    }

    private static Simulation simulation(long seed) {
        return simulation(seed, 0);
    }

    private static Simulation simulation(long seed, double busLoss) {
        Scenario calm = Scenario.calmButDeaf(3, 5, 3, BEGINS_MILLIS + LASTS_MILLIS + 5_000, busLoss);
        return new Simulation(seed, calm, Tampering.NONE);
    }

    private static void at(Simulation simulation, long millis, Runnable action) {
        simulation.schedule().after(BEGINS_MILLIS + millis, action);
    }

    private static SimulatedNode ownerOf(Simulation simulation) {
        return simulation.nodes().stream()
                .filter(node -> node.deployer().hosts(Simulation.AWARE))
                .findFirst()
                .orElseThrow();
    }

    private static void requireSeen(
            Simulation simulation,
            long fromMillis,
            long wayMillis,
            BiPredicate<SimulatedSocket, SimulatedSocket> reach) {
        for (long millis = fromMillis; millis < LASTS_MILLIS; millis += CHECK_MILLIS) {
            at(simulation, millis, () -> {
                long before = simulation.schedule().now() - wayMillis;
                for (SimulatedClient one : simulation.clients()) {
                    for (SimulatedClient other : simulation.clients()) {
                        if (reach.test(one.socket, other.socket)) {
                            requireSeen(one, other, before);
                        }
                    }
                }
            });
        }
    }

    private static void requireSeen(SimulatedClient author, SimulatedClient reader, long beforeMillis) {
        List<OperationId> unseen =
                madeBefore(author, beforeMillis).filter(id -> !reader.holds(id)).toList();
        if (!unseen.isEmpty()) {
            throw new Violation(Invariant.GOES_ON, reader + " does not see " + unseen + " of " + author);
        }
    }

    private static Stream<OperationId> madeBefore(SimulatedClient author, long millis) {
        return author.made().stream().filter(id -> new HybridTimestamp(id.clock()).millis() < millis);
    }
}
