package dev.weft.bench;

import dev.weft.crdt.change.Change;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** {@value #EDITS} random edits of each data type, as {@link CrdtBench} has them, under JMH. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HandlerBenchmark {
    private static final int EDITS = 100_000;

    @Param({
        "text by index",
        "list by index",
        "Fugue list",
        "movable list",
        "map",
        "register",
        "OR set",
        "OR map",
        "map of references",
        "list of references",
        "movable list of references"
    })
    String type;

    private HandlerWorkload workload;
    private List<Change> changes;

    @Setup
    public void record() {
        workload = HandlerWorkload.all().stream()
                .filter(candidate -> candidate.name().equals(type))
                .findFirst()
                .orElseThrow();
        changes = workload.run(EDITS).exportChanges();
    }

    @Benchmark
    public Object localEdits() {
        return workload.run(EDITS);
    }

    @Benchmark
    public Object remoteOneByOne() {
        HandlerWorkload.Reader reader = workload.reader();
        reader.value();
        changes.forEach(reader.document()::applyChange);
        return reader.value();
    }
}
