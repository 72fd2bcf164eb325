package dev.weft.bench;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.text.FugueTextHandler;
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

/**
 * What {@link CrdtBench} measures of a recorded session, under JMH, for comparing two versions of the code:
 * {@code ./weft bench jmh FugueTextBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class FugueTextBenchmark {
    @Param({"automerge-paper", "rustcode"})
    String session;

    private EditingTrace trace;
    private List<Change> changes;
    private byte[] snapshot;
    private Document source;

    @Setup
    public void load() {
        trace = EditingTrace.load(session);
        Document document = TraceReplay.local(trace);
        changes = document.exportChanges();
        snapshot = document.takeSnapshot(false).encode();
        source = document;
    }

    @Benchmark
    public Object localEdits() {
        return TraceReplay.local(trace);
    }

    @Benchmark
    public Object remoteOneByOne() {
        Document reader = TraceReplay.document(99);
        FugueTextHandler text = new FugueTextHandler(reader, TraceReplay.HANDLER);
        text.value();
        changes.forEach(reader::applyChange);
        return text.value();
    }

    @Benchmark
    public Object remoteBatch() {
        Document reader = TraceReplay.document(99);
        FugueTextHandler text = new FugueTextHandler(reader, TraceReplay.HANDLER);
        text.value();
        reader.importChanges(changes);
        return text.value();
    }

    @Benchmark
    public Object snapshotTake() {
        return source.takeSnapshot(false).encode();
    }

    @Benchmark
    public Object snapshotLoad() {
        Document reader = TraceReplay.document(99);
        FugueTextHandler text = new FugueTextHandler(reader, TraceReplay.HANDLER);
        reader.importSnapshot(Snapshot.decode(snapshot), true);
        return text.value();
    }
}
