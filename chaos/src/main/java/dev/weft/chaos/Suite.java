package dev.weft.chaos;

import dev.weft.chaos.cluster.Namespaces;
import dev.weft.chaos.fault.Fault;
import dev.weft.chaos.fault.Layout;
import dev.weft.chaos.fault.Scene;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Runs faults, round after round, and collects how they ended. Used by one thread. */
final class Suite implements AutoCloseable {

    /**
     * @param folder where logs and reports of failed rounds go
     * @param databaseUri a database that is there already; null for one of our own
     */
    record Settings(int rounds, Scene.Times times, Round.Plan plan, Path folder, String databaseUri, long seed) {}

    private final Vertx vertx;
    private final Settings settings;
    private final Consumer<String> out;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<String, String> skipped = new LinkedHashMap<>();
    private final boolean hasNamespaces = Namespaces.obstacle().isEmpty();
    private Stage stage;
    private int stages;

    /** @param out takes one line per round, for people */
    Suite(Vertx vertx, Settings settings, Consumer<String> out) {
        this.vertx = vertx;
        this.settings = settings;
        this.out = out;
    }

    /** Every round of a fault, or a word on why there are none here. */
    List<Outcome> run(Fault fault) throws InterruptedException {
        var obstacle = fault.obstacle();
        if (obstacle.isPresent()) {
            skipped.put(fault.name(), obstacle.get());
            out.accept(String.format("%-26s skipped: %s", fault.name(), obstacle.get()));
            return List.of();
        }
        List<Outcome> own = new ArrayList<>();
        for (int round = 1; round <= settings.rounds(); round++) {
            Outcome outcome = runOnce(fault, round);
            if (Thread.interrupted()) {
                throw new InterruptedException("broken off");
            }
            own.add(outcome);
            outcomes.add(outcome);
            out.accept(outcome.line(settings.rounds()));
            writeSummary();
            if (!outcome.passed()) {
                keep(outcome);
                // What a failed round leaves behind must not fail the next.
                tearDown();
            }
        }
        return own;
    }

    private Outcome runOnce(Fault fault, int round) throws InterruptedException {
        try {
            prepare(fault.layout());
            Scene scene = stage.scene(round, settings.times());
            long seed = settings.seed() + 31L * fault.name().hashCode() + round;
            return new Round(vertx, fault, round, scene, settings.plan(), stage::audit, seed).run();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            StringBuilder trace = new StringBuilder();
            for (StackTraceElement element : e.getStackTrace()) {
                trace.append("    at ").append(element).append('\n');
            }
            return Outcome.failed(fault.name(), round, "the round could not be carried out: " + e, trace.toString());
        }
    }

    private void prepare(Layout wanted) throws Exception {
        // A cluster of namespaces will do wherever nodes run.
        Layout layout = wanted == Layout.THREE_NODES && hasNamespaces ? Layout.THREE_HOSTS : wanted;
        if (stage != null && stage.layout() != layout) {
            tearDown();
        }
        if (stage != null) {
            stage.restore();
        } else {
            Path folder = settings.folder().resolve("cluster-" + ++stages);
            Files.createDirectories(folder);
            stage = Stage.build(layout, vertx, folder, settings.databaseUri());
        }
    }

    private void tearDown() {
        if (stage != null) {
            stage.close();
            stage = null;
        }
    }

    /** After every round, so that a run that is broken off has one. */
    private void writeSummary() {
        try {
            Files.createDirectories(settings.folder());
            Files.writeString(settings.folder().resolve("summary.md"), summary());
        } catch (IOException e) {
            out.accept("  the summary could not be written: " + e.getMessage());
        }
    }

    private void keep(Outcome outcome) {
        Path report = settings.folder().resolve("failed-" + outcome.fault() + "-" + outcome.round() + ".txt");
        try {
            Files.createDirectories(settings.folder());
            Files.writeString(
                    report,
                    outcome.line(settings.rounds()) + "\n\nNodes' logs: cluster-" + stages + "\n\n" + outcome.details()
                            + "\n");
            out.accept("  see " + report);
        } catch (IOException e) {
            out.accept("  the report could not be written: " + e.getMessage());
        }
    }

    /** A table in Markdown. */
    String summary() {
        return Summary.of(outcomes, skipped);
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    Map<String, String> skipped() {
        return skipped;
    }

    @Override
    public void close() {
        tearDown();
    }
}
