package dev.weft.server.simulation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many seeds of a cluster in trouble. One seed again: {@code ./mvnw -pl verticles -am test
 * -Dtest=ClusterSimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dseed=…}; more of them: {@code -Dweft.seeds=…}.
 * Only the trace lines that contain a text: {@code -Dweft.trace=…}, and {@code -Dweft.traceLines=…} of them.
 */
class ClusterSimulationTest {
    private static final int SEEDS = Integer.getInteger("weft.seeds", 200);

    @Test
    void keepsItsPromisesWhateverTheSeed() {
        Long one = Long.getLong("seed");
        if (one != null) {
            Runs.run(one, Scenario.of(one));
            return;
        }
        long first = Long.getLong("weft.firstSeed", 1);
        for (long seed = first; seed < first + SEEDS; seed++) {
            Runs.run(seed, Scenario.of(seed));
        }
    }

    /** Each failed once. A change to the simulation makes other runs of them; they are kept all the same. */
    @ParameterizedTest
    @CsvSource({
        "103, an empty submission after an answer",
        "1003, an owner waited for a submission that its predecessor had answered while it was still loading",
        "4698, a client that held changes of a detached owner went on from a number that did not speak for them",
        "5362, a change that another session echoed before its broadcast came was taken for the change of that session",
        "11099, an owner waited for a submission it had answered to a link that had left and come back"
    })
    void runsAgainWhatFailedOnce(long seed, String why) {
        Runs.run(seed, Scenario.of(seed));
    }

    @Test
    void oneDocumentOnOneNodeWithoutFaults() {
        Runs.run(1, Scenario.calm(1, 2, 1, 0, 0));
    }

    @Test
    void oneDocumentOnThreeNodesWithoutFaults() {
        Runs.run(2, Scenario.calm(3, 3, 2, 0, 0));
    }
}
