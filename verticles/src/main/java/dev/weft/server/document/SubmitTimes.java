package dev.weft.server.document;

import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.observe.DocumentMetrics;
import dev.weft.server.observe.EditTraces;
import dev.weft.server.registry.DocumentKey;
import io.opentelemetry.api.trace.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** When an owner took up which submission, until it has answered. Confined to the document's context. */
final class SubmitTimes {
    /** Of more than these the oldest is forgotten: an owner that answers nothing is told of by its links. */
    private static final int OPEN_MAX = 1_024;

    private final DocumentMetrics metrics;
    private final EditTraces traces;
    private final DocumentKey key;
    private final String nodeId;
    private final long epoch;
    private final Map<Submitted, Taken> open = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Submitted, Taken> eldest) {
            boolean isTooMany = size() > OPEN_MAX;
            if (isTooMany) {
                eldest.getValue().end();
            }
            return isTooMany;
        }
    };

    SubmitTimes(DocumentKey key, String nodeId, long epoch, DocumentMetrics metrics) {
        this.key = key;
        this.nodeId = nodeId;
        this.epoch = epoch;
        this.metrics = metrics;
        this.traces = metrics.traces();
    }

    /** @param arrivedAtNanos when it reached the node */
    void received(OwnerMessage message, long arrivedAtNanos) {
        if (message instanceof OwnerMessage.Submit submit) {
            Submitted name = new Submitted(submit.from(), submit.number());
            if (!open.containsKey(name)) {
                long now = metrics.nanoTime();
                boolean isTraced = traces.isOn() && submit.trace() != null;
                Span span = isTraced ? traces.own(submit.trace(), key, nodeId, epoch, now - arrivedAtNanos) : null;
                open.put(name, new Taken(submit.sessionId(), now, span));
            }
        }
    }

    /** What was taken up since the last time goes to the store now. @return to be ended when it is there */
    List<Span> appending() {
        if (!traces.isOn()) {
            return List.of();
        }
        List<Span> appends = new ArrayList<>();
        for (Taken taken : open.values()) {
            if (taken.span != null && !taken.isAppended) {
                taken.isAppended = true;
                appends.add(traces.append(taken.span, key, nodeId));
            }
        }
        return appends;
    }

    void close() {
        open.values().forEach(Taken::end);
        open.clear();
    }

    void sent(LinkMessage message) {
        if (message instanceof LinkMessage.Accepted accepted) {
            for (LinkMessage.Result result : accepted.results()) {
                Taken taken = open.remove(new Submitted(accepted.to(), result.submit()));
                if (taken != null) {
                    metrics.acknowledged(
                            accepted.key(), accepted.epoch(), taken.sessionId, metrics.nanoTime() - taken.atNanos);
                    taken.end();
                }
            }
        }
    }

    private record Submitted(LinkAddress from, long number) {}

    private static final class Taken {
        final String sessionId;
        final long atNanos;
        /** Null if it is not traced. */
        final Span span;

        boolean isAppended;

        Taken(String sessionId, long atNanos, Span span) {
            this.sessionId = sessionId;
            this.atNanos = atNanos;
            this.span = span;
        }

        void end() {
            if (span != null) {
                span.end();
            }
        }
    }
}
