package dev.weft.chaos;

import dev.weft.chaos.fault.Fault;
import dev.weft.chaos.fault.Faults;
import dev.weft.chaos.fault.Scene;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft chaos}. Exit codes: 0 all passed, 1 a round failed, 2 wrong usage. */
@Command(
        name = "weft chaos",
        mixinStandardHelpOptions = true,
        description = {
            "Breaks real nodes while people write, and checks that all see the same and nothing promised is lost.",
            "Three processes over a PostgreSQL of their own, or one with the embedded store. As root, on Linux, each"
                    + " process gets a network of its own that can be cut; faults that this machine does not allow are"
                    + " skipped, with the reason."
        })
public final class Chaos implements Callable<Integer> {
    @Option(names = "--rounds", defaultValue = "1", description = "Rounds of each fault. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only these faults; see --list.")
    private List<String> only;

    @Option(names = "--list", description = "Tell which faults there are, and break nothing.")
    private boolean list;

    @Option(
            names = "--short",
            description = "Faults last as short as shows anything, instead of as long as is telling.")
    private boolean isShort;

    @Option(
            names = "--cut-seconds",
            paramLabel = "SECONDS",
            description = "How long hosts stay cut off from each other. Default: 60, with --short 8")
    private Integer cutSeconds;

    @Option(
            names = "--logs",
            defaultValue = "logs/chaos",
            paramLabel = "FOLDER",
            description = "Where logs, reports of failed rounds and summary.md go. Default: ./${DEFAULT-VALUE}")
    private Path logs;

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            description = "Use this database instead of starting one; it must be reachable from every node.")
    private String databaseUri;

    @Option(names = "--seed", description = "Who writes what. Default: a random one")
    private Long seed;

    private Chaos() {}

    public static void main(String[] arguments) {
        System.setProperty("weft.log", "ERROR");
        System.setProperty("weft.log.others", "ERROR");
        System.exit(new CommandLine(new Chaos())
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler((failure, failed, parsed) -> {
                    failed.getErr().println("weft: " + failure);
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Fault> faults = chosen();
        if (list) {
            faults.forEach(fault -> System.out.printf("%-26s %s%n", fault.name(), fault.story()));
            return CommandLine.ExitCode.OK;
        }
        long chosenSeed = seed == null ? System.nanoTime() : seed;
        System.out.println("Seed " + chosenSeed + ", logs in " + logs);
        Vertx vertx = Vertx.vertx();
        Suite.Settings settings = new Suite.Settings(
                rounds,
                times(),
                isShort ? Round.Plan.SHORT : Round.Plan.LONG,
                logs.toAbsolutePath(),
                databaseUri,
                chosenSeed);
        CountDownLatch tidied = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(new Break(Thread.currentThread(), tidied), "weft-chaos-break"));
        try (Suite suite = new Suite(vertx, settings, System.out::println)) {
            for (Fault fault : faults) {
                suite.run(fault);
            }
            System.out.println("\n" + suite.summary());
            return suite.outcomes().stream().allMatch(Outcome::passed)
                    ? CommandLine.ExitCode.OK
                    : CommandLine.ExitCode.SOFTWARE;
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
            tidied.countDown();
        }
    }

    /** Ctrl-C: ends the round and what it has started, of which some may be frozen and hear no signal but the last. */
    private record Break(Thread runner, CountDownLatch tidied) implements Runnable {
        private static final long TIDYING_MILLIS_MAX = 15_000;

        @Override
        public void run() {
            if (tidied.getCount() == 0) {
                return;
            }
            runner.interrupt();
            try {
                tidied.await(TIDYING_MILLIS_MAX, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        }
    }

    private Scene.Times times() {
        Scene.Times usual = isShort ? Scene.Times.SHORT : Scene.Times.LONG;
        return cutSeconds == null ? usual : usual.withCut(TimeUnit.SECONDS.toMillis(cutSeconds));
    }

    private List<Fault> chosen() {
        List<Fault> all = Faults.all();
        if (only == null) {
            return all;
        }
        List<String> names = all.stream().map(Fault::name).toList();
        only.stream().filter(name -> !names.contains(name)).findFirst().ifPresent(name -> {
            throw new CommandLine.ParameterException(
                    new CommandLine(this), "There is no fault '" + name + "': " + names);
        });
        return all.stream().filter(fault -> only.contains(fault.name())).toList();
    }
}
