package dev.weft.server.gateway;

import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.observe.GatewayMetrics;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;

/** What one link has asked its owner, and when. What is repeated counts from its first time. Confined to the gateway. */
final class OwnerTimes {
    /** Further questions are not measured until some are answered. */
    private static final int OPEN_MAX = 256;

    private final DocumentKey key;
    private final GatewayMetrics metrics;
    private final ArrayDeque<Submitted> submitted = new ArrayDeque<>();
    private final Map<Long, Long> reads = new LinkedHashMap<>();
    private long attachedAtNanos;
    private long lastNumber;

    OwnerTimes(DocumentKey key, GatewayMetrics metrics) {
        this.key = key;
        this.metrics = metrics;
    }

    void sent(OwnerMessage message) {
        if (message instanceof OwnerMessage.Submit submit) {
            if (submit.number() > lastNumber && submitted.size() < OPEN_MAX) {
                lastNumber = submit.number();
                submitted.addLast(new Submitted(submit.number(), submit.sessionId(), metrics.nanoTime()));
            }
        } else if (message instanceof OwnerMessage.ReadState read) {
            if (reads.size() < OPEN_MAX) {
                reads.put(read.request(), metrics.nanoTime());
            }
        } else if (message instanceof OwnerMessage.Attach && attachedAtNanos == 0) {
            attachedAtNanos = metrics.nanoTime();
        }
    }

    void received(LinkMessage message) {
        if (message instanceof LinkMessage.Accepted accepted) {
            while (!submitted.isEmpty() && submitted.peekFirst().number <= accepted.upTo()) {
                Submitted first = submitted.removeFirst();
                metrics.acknowledged(key, accepted.epoch(), first.sessionId, metrics.nanoTime() - first.atNanos);
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

    private record Submitted(long number, String sessionId, long atNanos) {}
}
