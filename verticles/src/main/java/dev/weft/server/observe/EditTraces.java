package dev.weft.server.observe;

import dev.weft.crdt.clock.WallClock;
import dev.weft.server.registry.DocumentKey;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.concurrent.TimeUnit;

/**
 * Traces of single edits across nodes. A span is named by where the time goes: {@code weft.edit} from the frame of a client
 * to its acknowledgement, in it {@code weft.submit} to the owner and back, in it {@code weft.own} at the owner, in it
 * {@code weft.append} to the store. From node to node goes what W3C calls a traceparent. Thread-safe.
 *
 * <p>Contexts are handed on by hand and not by thread: one event loop serves the edits of many.
 */
public final class EditTraces {
    /** Nothing is traced, and nothing is spent on it. */
    public static final EditTraces OFF = new EditTraces(null, WallClock.SYSTEM);

    private static final String VERSION = "00-";
    private static final int TRACE_AT = 3;
    private static final int SPAN_AT = 36;
    private static final int FLAGS_AT = 53;
    private static final int LENGTH = 55;

    private final Tracer tracer;
    private final WallClock wallClock;

    private EditTraces(Tracer tracer, WallClock wallClock) {
        this.tracer = tracer;
        this.wallClock = wallClock;
    }

    public static EditTraces to(OpenTelemetry telemetry) {
        return new EditTraces(telemetry.getTracer("dev.weft"), WallClock.SYSTEM);
    }

    public boolean isOn() {
        return tracer != null;
    }

    /** The whole of an edit. @param sinceNanos how long ago its frame arrived */
    public Span edit(DocumentKey key, String nodeId, String sessionId, long sinceNanos) {
        return started(tracer.spanBuilder("weft.edit").setNoParent(), key, nodeId, SpanKind.SERVER, sinceNanos)
                .setAttribute("weft.session", sessionId);
    }

    /** The way to the owner and back. */
    public Span submit(Span edit, DocumentKey key, String nodeId, long number) {
        return started(child("weft.submit", edit.getSpanContext()), key, nodeId, SpanKind.PRODUCER, 0)
                .setAttribute("weft.submission", number);
    }

    /** The owner's part. @param traceparent what came with the submission, @param sinceNanos since it reached the node */
    public Span own(String traceparent, DocumentKey key, String nodeId, long epoch, long sinceNanos) {
        return started(child("weft.own", parse(traceparent)), key, nodeId, SpanKind.CONSUMER, sinceNanos)
                .setAttribute("weft.epoch", epoch);
    }

    /** The store's part. */
    public Span append(Span own, DocumentKey key, String nodeId) {
        return started(child("weft.append", own.getSpanContext()), key, nodeId, SpanKind.CLIENT, 0);
    }

    /** For the header; null if nobody would look at the trace. */
    public static String traceparent(Span span) {
        SpanContext context = span.getSpanContext();
        if (!context.isValid() || !context.isSampled()) {
            return null;
        }
        return VERSION + context.getTraceId() + "-" + context.getSpanId() + "-"
                + context.getTraceFlags().asHex();
    }

    private SpanBuilder child(String name, SpanContext parent) {
        return tracer.spanBuilder(name).setParent(Context.root().with(Span.wrap(parent)));
    }

    private Span started(SpanBuilder span, DocumentKey key, String nodeId, SpanKind kind, long sinceNanos) {
        if (sinceNanos > 0) {
            long nowNanos = TimeUnit.MILLISECONDS.toNanos(wallClock.millis());
            span.setStartTimestamp(nowNanos - sinceNanos, TimeUnit.NANOSECONDS);
        }
        return span.setSpanKind(kind)
                .setAttribute("weft.document", key.toString())
                .setAttribute("weft.node", nodeId)
                .startSpan();
    }

    /** @return an invalid context, whose child is a trace of its own, if it is of another form */
    private static SpanContext parse(String traceparent) {
        if (traceparent.length() < LENGTH || !traceparent.startsWith(VERSION)) {
            return SpanContext.getInvalid();
        }
        return SpanContext.createFromRemoteParent(
                traceparent.substring(TRACE_AT, SPAN_AT - 1),
                traceparent.substring(SPAN_AT, FLAGS_AT - 1),
                TraceFlags.fromHex(traceparent, FLAGS_AT),
                TraceState.getDefault());
    }
}
