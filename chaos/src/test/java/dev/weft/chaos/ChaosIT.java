package dev.weft.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.chaos.fault.Fault;
import dev.weft.chaos.fault.Faults;
import dev.weft.chaos.fault.Scene;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Faults on real processes, each once and for as short as shows anything. {@code -Dweft.chaos=all} runs every fault there is,
 * {@code -Dweft.chaos=NAME,NAME} some, {@code -Drounds=N} several rounds. What this machine does not allow is skipped, with
 * the reason. Logs of nodes and reports of failed rounds are in {@code target/chaos}.
 */
@Timeout(600)
class ChaosIT {
    /** What the build can afford: one of each kind, about a minute together on an idle machine. */
    private static final String BRIEF =
            "owner-and-gateway-killed,store-down,planned-hand-off,cut-store-reachable,only-node-killed,disk-full,folder-read-only";

    private static final int ROUNDS = Integer.getInteger("rounds", 1);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final Path FOLDER = Path.of("target", "chaos").toAbsolutePath();

    private static Vertx vertx;
    private static Suite suite;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        System.out.println("seed " + SEED);
        suite = new Suite(
                vertx,
                new Suite.Settings(ROUNDS, Scene.Times.SHORT, Round.Plan.SHORT, FOLDER, null, SEED),
                System.out::println);
    }

    @AfterAll
    static void stop() {
        suite.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    static List<String> faults() {
        String chosen = System.getProperty("weft.chaos", BRIEF);
        List<String> names = List.of(chosen.split(","));
        return Faults.all().stream()
                .map(Fault::name)
                .filter(name -> chosen.equals("all") || names.contains(name))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void nothingPromisedIsLostAndAllSeeTheSame(String name) throws InterruptedException {
        Fault fault = Faults.all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        List<Outcome> outcomes = suite.run(fault);
        Assumptions.assumeTrue(
                !outcomes.isEmpty(), () -> name + ": " + suite.skipped().get(name));
        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.passed())
                .as("%s%n%s%nseed %d, logs in %s", outcome.line(ROUNDS), outcome.details(), SEED, FOLDER)
                .isTrue());
    }
}
