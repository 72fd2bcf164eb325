package dev.weft.server.observe;

import dev.weft.server.registry.DocumentKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** The clients' side of a node. Thread-safe; each call costs some tens of nanoseconds. */
public final class GatewayMetrics {
    private final ServerMetrics metrics;
    private final Counter opened;
    private final Counter refused;
    private final Counter messagesIn;
    private final Counter messagesOut;
    private final Counter bytesIn;
    private final Counter bytesOut;
    private final Counter malformed;
    private final Counter broadcasts;
    private final Timer attach;
    private final Timer read;
    private final Timer submit;
    private final Timer broadcast;

    GatewayMetrics(ServerMetrics metrics) {
        this.metrics = metrics;
        opened = metrics.counter("weft.gateway.opened");
        refused = metrics.counter("weft.gateway.refused");
        messagesIn = metrics.counter("weft.gateway.messages", "direction", "in");
        messagesOut = metrics.counter("weft.gateway.messages", "direction", "out");
        bytesIn = metrics.counter("weft.gateway.bytes", "direction", "in");
        bytesOut = metrics.counter("weft.gateway.bytes", "direction", "out");
        malformed = metrics.counter("weft.gateway.malformed");
        broadcasts = metrics.counter("weft.gateway.broadcasts");
        attach = metrics.timer("weft.gateway.owner", "request", "attach");
        read = metrics.timer("weft.gateway.owner", "request", "read");
        submit = metrics.timer("weft.gateway.owner", "request", "submit");
        broadcast = metrics.timer("weft.gateway.broadcast");
    }

    /** A client was let in. */
    public void opened() {
        opened.increment();
    }

    /** A client was turned away before it had a connection. */
    public void refused() {
        refused.increment();
    }

    public void received(int bytes) {
        messagesIn.increment();
        bytesIn.increment(bytes);
    }

    public void sent(int bytes) {
        messagesOut.increment();
        bytesOut.increment(bytes);
    }

    /** A client sent what is no message. */
    public void malformed() {
        malformed.increment();
    }

    public EditTraces traces() {
        return metrics.traces();
    }

    public long nanoTime() {
        return metrics.nanoTime();
    }

    /** The owner let a link follow. @param nanos since it was asked */
    public void attached(DocumentKey key, long nanos) {
        attach.record(nanos, TimeUnit.NANOSECONDS);
        metrics.slow().attached(key, nanos);
    }

    /** The owner answered what a session lacks. @param nanos since it was asked */
    public void read(long nanos) {
        read.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** The owner said that a submission is durable. @param nanos since it was sent */
    public void acknowledged(DocumentKey key, long epoch, String sessionId, long nanos) {
        submit.record(nanos, TimeUnit.NANOSECONDS);
        metrics.slow().acknowledged(key, epoch, sessionId, nanos);
    }

    /** A broadcast was written to every session. @param nanos since it reached this node */
    public void broadcast(long nanos) {
        broadcasts.increment();
        broadcast.record(nanos, TimeUnit.NANOSECONDS);
    }
}
