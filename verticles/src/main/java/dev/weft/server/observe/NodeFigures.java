package dev.weft.server.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The few figures of a node that fit on a page, by name. Totals only rise while the node runs; who wants rates compares two
 * readings by their {@code atMillis}.
 */
public final class NodeFigures {
    private NodeFigures() {}

    /** @param atMillis wall clock */
    public static Map<String, Long> read(ServerMetrics metrics, long atMillis) {
        MeterRegistry registry = metrics.registry();
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        Map<String, Long> figures = new LinkedHashMap<>();
        figures.put("atMillis", atMillis);
        figures.put("upMillis", ManagementFactory.getRuntimeMXBean().getUptime());
        figures.put("links", gauge(registry, "weft.gateway.links"));
        figures.put("lagBytes", gauge(registry, "weft.gateway.ring.bytes"));
        figures.put("paused", gauge(registry, "weft.gateway.paused"));
        figures.put("congested", gauge(registry, "weft.gateway.congested"));
        figures.put("framesIn", counter(registry, "weft.gateway.messages", "direction", "in"));
        figures.put("framesOut", counter(registry, "weft.gateway.messages", "direction", "out"));
        figures.put("changes", counter(registry, "weft.document.changes"));
        figures.put("members", gauge(registry, "weft.cluster.members"));
        figures.put("heapBytes", heap.getUsed());
        figures.put("heapBytesMax", heap.getMax());
        return figures;
    }

    private static long gauge(MeterRegistry registry, String name) {
        Gauge gauge = registry.find(name).gauge();
        return gauge == null ? 0 : (long) gauge.value();
    }

    private static long counter(MeterRegistry registry, String name, String... tags) {
        Counter counter = registry.find(name).tags(tags).counter();
        return counter == null ? 0 : (long) counter.count();
    }
}
