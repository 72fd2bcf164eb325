package dev.weft.crdt.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random peers edit everything at once while changes arrive late, twice and out of order, processes restart and history
 * is pruned. Whenever a replica is read it shows what the oracle makes of the changes it holds, and in the end all are
 * equal.
 *
 * <p>{@code -Dweft.seeds=N} runs N seeds, {@code -Dseed=S} runs one. A failure is shrunk to the steps that matter.
 */
class RandomPeersConvergenceTest {
    /** Seeds that failed once, and why. They run first, always. */
    private static final long[] REGRESSIONS = {};

    private static final int SEEDS = Integer.getInteger("weft.seeds", 150);

    @Test
    void replicasShowWhatTheOracleShowsAndConverge() {
        Long only = Long.getLong("seed");
        if (only != null) {
            run(only);
            return;
        }
        for (long seed : REGRESSIONS) {
            run(seed);
        }
        for (long seed = 1; seed <= SEEDS; seed++) {
            run(seed);
        }
        System.out.println("convergence: " + (SEEDS + REGRESSIONS.length) + " seeds ran");
    }

    private static void run(long seed) {
        List<Step> program = Step.program(new Random(seed));
        if (failure(seed, program) == null) {
            return;
        }
        List<Step> shrunk = shrink(seed, program);
        StringBuilder message = new StringBuilder(
                "Replay with -Dseed=" + seed + ". Of " + program.size() + " steps " + shrunk.size() + " are enough:\n");
        shrunk.forEach(step -> message.append("  ").append(step).append('\n'));
        throw new AssertionError(message.toString(), failure(seed, shrunk));
    }

    /** What goes wrong, or null. */
    private static Throwable failure(long seed, List<Step> program) {
        try {
            new Simulation(new Random(~seed)).run(program);
            return null;
        } catch (RuntimeException | AssertionError failure) {
            return failure;
        }
    }

    /** Drops ever smaller runs of steps for as long as the rest still fails. */
    static List<Step> shrink(long seed, List<Step> program) {
        List<Step> smallest = program;
        for (int chunk = Math.max(1, program.size() / 2); chunk >= 1; chunk /= 2) {
            for (int from = 0; from < smallest.size(); ) {
                List<Step> candidate = new ArrayList<>(smallest);
                candidate
                        .subList(from, Math.min(from + chunk, candidate.size()))
                        .clear();
                if (failure(seed, candidate) != null) {
                    smallest = candidate;
                } else {
                    from += chunk;
                }
            }
        }
        assertThat(failure(seed, smallest)).isNotNull();
        return smallest;
    }
}
