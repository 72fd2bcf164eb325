package dev.weft.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.chaos.fault.Fault;
import dev.weft.chaos.fault.Faults;
import dev.weft.chaos.fault.Layout;
import dev.weft.chaos.fault.Scene;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every fault on real processes, twice each and for as short as shows anything. {@code -Dweft.chaos=NAME,NAME} runs some,
 * {@code -Drounds=N} another number of rounds. What this machine does not allow is
 * skipped, with the reason. Logs of nodes, reports of failed rounds and summaries are in {@code target/chaos}.
 *
 * <p>Most of a fault is waiting. So those that need three nodes on hosts of their own run beside all others.
 */
@Timeout(1800)
class ChaosIT {
    private static final int ROUNDS = Integer.getInteger("rounds", 2);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final Path FOLDER = Path.of("target", "chaos").toAbsolutePath();

    /** Faults that share a cluster, one after the other on a thread of their own. */
    private static final class Lane {
        final Suite suite;
        final ExecutorService thread = Executors.newSingleThreadExecutor();
        final Map<String, Future<List<Outcome>>> running = new LinkedHashMap<>();

        Lane(String name) {
            suite = new Suite(
                    vertx,
                    new Suite.Settings(ROUNDS, Scene.Times.SHORT, Round.Plan.SHORT, FOLDER.resolve(name), null, SEED),
                    System.out::println);
        }

        void run(Fault fault) {
            running.put(fault.name(), thread.submit(() -> suite.run(fault)));
        }

        void close() throws InterruptedException {
            thread.shutdownNow();
            thread.awaitTermination(1, TimeUnit.MINUTES);
            suite.close();
        }
    }

    private static Vertx vertx;
    private static List<Lane> lanes;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        System.out.println("seed " + SEED);
        lanes = List.of(new Lane("hosts"), new Lane("others"));
        faults().forEach(name -> {
            Fault fault = fault(name);
            boolean isOnHosts = fault.layout() == Layout.THREE_NODES || fault.layout() == Layout.THREE_HOSTS;
            lanes.get(isOnHosts ? 0 : 1).run(fault);
        });
    }

    @AfterAll
    static void stop() throws InterruptedException {
        for (Lane lane : lanes) {
            lane.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    static List<String> faults() {
        String chosen = System.getProperty("weft.chaos", "all");
        List<String> names = List.of(chosen.split(","));
        return Faults.all().stream()
                .map(Fault::name)
                .filter(name -> chosen.equals("all") || names.contains(name))
                .toList();
    }

    private static Fault fault(String name) {
        return Faults.all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void nothingPromisedIsLostAndAllSeeTheSame(String name) throws InterruptedException, ExecutionException {
        Lane lane = lanes.stream()
                .filter(each -> each.running.containsKey(name))
                .findFirst()
                .orElseThrow();
        List<Outcome> outcomes = lane.running.get(name).get();
        Assumptions.assumeTrue(
                !outcomes.isEmpty(), () -> name + ": " + lane.suite.skipped().get(name));
        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.passed())
                .as("%s%n%s%nseed %d, logs in %s", outcome.line(ROUNDS), outcome.details(), SEED, FOLDER)
                .isTrue());
    }
}
