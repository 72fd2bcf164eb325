package dev.weft.server.observe;

import dev.weft.server.registry.DocumentKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** The owners' side of a node. Thread-safe. */
public final class DocumentMetrics {
    private final ServerMetrics metrics;
    private final Timer queued;
    private final Timer acknowledge;
    private final Timer open;
    private final Counter changes;
    private final Counter stepDowns;
    private final Counter failures;

    DocumentMetrics(ServerMetrics metrics) {
        this.metrics = metrics;
        queued = metrics.timer("weft.document.queued");
        acknowledge = metrics.timer("weft.document.acknowledge");
        open = metrics.timer("weft.document.open");
        changes = metrics.counter("weft.document.changes");
        stepDowns = metrics.counter("weft.document.stepdowns");
        failures = metrics.counter("weft.document.failures");
    }

    public EditTraces traces() {
        return metrics.traces();
    }

    public long nanoTime() {
        return metrics.nanoTime();
    }

    /** A message for an owner was taken up. @param nanos since it reached the node */
    public void queued(long nanos) {
        queued.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** An owner answered a submission. @param nanos since it was taken up */
    public void acknowledged(DocumentKey key, long epoch, String sessionId, long nanos) {
        acknowledge.record(nanos, TimeUnit.NANOSECONDS);
        metrics.slow().stored(key, epoch, sessionId, nanos);
    }

    /** A document was read from the store and rebuilt. */
    public void opened(DocumentKey key, long epoch, long nanos) {
        open.record(nanos, TimeUnit.NANOSECONDS);
        metrics.slow().opened(key, epoch, nanos);
    }

    /** Changes became durable. */
    public void changes(int count) {
        changes.increment(count);
    }

    /** This node owned the document until another took it over. */
    public void steppedDown() {
        stepDowns.increment();
    }

    /** A document could not be loaded, or broke while it was served. */
    public void failed() {
        failures.increment();
    }
}
