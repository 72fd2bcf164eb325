package dev.weft.server.document;

import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.observe.DocumentMetrics;
import java.util.LinkedHashMap;
import java.util.Map;

/** When an owner took up which submission, until it has answered. Confined to the document's context. */
final class SubmitTimes {
    /** Of more than these the oldest is forgotten: an owner that answers nothing is told of by its links. */
    private static final int OPEN_MAX = 1_024;

    private final DocumentMetrics metrics;
    private final Map<Submitted, Taken> open = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Submitted, Taken> eldest) {
            return size() > OPEN_MAX;
        }
    };

    SubmitTimes(DocumentMetrics metrics) {
        this.metrics = metrics;
    }

    void received(OwnerMessage message) {
        if (message instanceof OwnerMessage.Submit submit) {
            open.putIfAbsent(
                    new Submitted(submit.from(), submit.number()), new Taken(submit.sessionId(), metrics.nanoTime()));
        }
    }

    void sent(LinkMessage message) {
        if (message instanceof LinkMessage.Accepted accepted) {
            for (LinkMessage.Result result : accepted.results()) {
                Taken taken = open.remove(new Submitted(accepted.to(), result.submit()));
                if (taken != null) {
                    metrics.acknowledged(
                            accepted.key(), accepted.epoch(), taken.sessionId, metrics.nanoTime() - taken.atNanos);
                }
            }
        }
    }

    private record Submitted(LinkAddress from, long number) {}

    private record Taken(String sessionId, long atNanos) {}
}
