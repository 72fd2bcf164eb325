package dev.weft.server.gateway;

import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.observe.EditTraces;
import dev.weft.server.observe.GatewayMetrics;
import dev.weft.server.registry.DocumentKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;

/** What one link has asked its owner, and when. What is repeated counts from its first time. Confined to the gateway. */
final class OwnerTimes {
    /** Further questions are not measured until some are answered. */
    private static final int OPEN_MAX = 256;

    private final DocumentKey key;
    private final String nodeId;
    private final GatewayMetrics metrics;
    private final EditTraces traces;
    private final ArrayDeque<Submitted> submitted = new ArrayDeque<>();
    private final ArrayDeque<Span> answered = new ArrayDeque<>();
    private final Map<Long, Long> reads = new LinkedHashMap<>();
    private long attachedAtNanos;
    private long lastNumber;

    OwnerTimes(DocumentKey key, String nodeId, GatewayMetrics metrics) {
        this.key = key;
        this.nodeId = nodeId;
        this.metrics = metrics;
        this.traces = metrics.traces();
    }

    /**
     * @param frameAtNanos when the frame arrived of which this is a consequence; 0 if of none
     * @return what to send in its place, which is the same unless it is traced
     */
    OwnerMessage sent(OwnerMessage message, long frameAtNanos) {
        if (message instanceof OwnerMessage.Submit submit) {
            long now = metrics.nanoTime();
            if (submit.number() > lastNumber && submitted.size() < OPEN_MAX) {
                lastNumber = submit.number();
                submitted.addLast(
                        new Submitted(submit.number(), submit.sessionId(), now, trace(submit, now, frameAtNanos)));
            }
            return traces.isOn() ? submit.withTrace(traceOf(submit.number())) : submit;
        } else if (message instanceof OwnerMessage.ReadState read) {
            if (reads.size() < OPEN_MAX) {
                reads.put(read.request(), metrics.nanoTime());
            }
        } else if (message instanceof OwnerMessage.Attach && attachedAtNanos == 0) {
            attachedAtNanos = metrics.nanoTime();
        }
        return message;
    }

    private Trace trace(OwnerMessage.Submit submit, long now, long frameAtNanos) {
        if (!traces.isOn()) {
            return null;
        }
        Span edit = traces.edit(key, nodeId, submit.sessionId(), frameAtNanos == 0 ? 0 : now - frameAtNanos);
        return new Trace(edit, traces.submit(edit, key, nodeId, submit.number()));
    }

    private String traceOf(long number) {
        for (Submitted each : submitted) {
            if (each.number == number) {
                return EditTraces.traceparent(each.trace.submit);
            }
        }
        return null;
    }

    /** What followed from the last answer is done: its edits are over. */
    void performed() {
        while (!answered.isEmpty()) {
            answered.removeFirst().end();
        }
    }

    /** The link is gone, and what it has asked is answered to nobody. */
    void close() {
        performed();
        if (traces.isOn()) {
            submitted.forEach(each -> {
                each.trace.submit.end();
                each.trace.edit.setStatus(StatusCode.ERROR, "Its sessions left before it was answered");
                each.trace.edit.end();
            });
        }
    }

    void received(LinkMessage message) {
        if (message instanceof LinkMessage.Accepted accepted) {
            while (!submitted.isEmpty() && submitted.peekFirst().number <= accepted.upTo()) {
                Submitted first = submitted.removeFirst();
                metrics.acknowledged(key, accepted.epoch(), first.sessionId, metrics.nanoTime() - first.atNanos);
                if (first.trace != null) {
                    first.trace.submit.end();
                    answered.addLast(first.trace.edit);
                }
            }
        } else if (message instanceof LinkMessage.State state) {
            Long askedAtNanos = reads.remove(state.request());
            if (askedAtNanos != null) {
                metrics.read(metrics.nanoTime() - askedAtNanos);
            }
        } else if (message instanceof LinkMessage.Attached && attachedAtNanos != 0) {
            metrics.attached(key, metrics.nanoTime() - attachedAtNanos);
            attachedAtNanos = 0;
            // Reads of the owner before are never answered.
            reads.clear();
        }
    }

    /** @param trace null if it is not traced */
    private record Submitted(long number, String sessionId, long atNanos, Trace trace) {}

    private record Trace(Span edit, Span submit) {}
}
