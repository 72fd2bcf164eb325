package dev.weft.bench.soak;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What this JVM holds.
 *
 * @param heapBytes used after a forced collection
 * @param threads live threads, by name with numbers left out
 * @param sockets open sockets of this process; -1 where {@code /proc} is missing
 * @param consumers addresses with a handler on any event bus
 * @param timers timers that are set on any Vert.x
 * @param classes what the heap consists of
 */
record Footprint(
        long heapBytes, Map<String, Long> threads, long sockets, long consumers, long timers, ClassHistogram classes) {
    private static final int COLLECTIONS_MAX = 12;
    private static final long SETTLED_BYTES = 256 << 10;

    static Footprint of(Collection<Vertx> instances) {
        long consumers = 0;
        long timers = 0;
        for (Vertx vertx : instances) {
            consumers += ((Map<?, ?>) field(vertx.eventBus(), "handlerMap")).size();
            timers += ((Map<?, ?>) field(vertx, "timeouts")).size();
        }
        long heap = usedHeap();
        return new Footprint(heap, threadsByName(), openSockets(), consumers, timers, ClassHistogram.take());
    }

    long threadCount() {
        return threads.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Until the figure no longer falls: one collection leaves what has finalisers or weak references. */
    private static long usedHeap() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        long before = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS_MAX; i++) {
            System.gc();
            long now = memory.getHeapMemoryUsage().getUsed();
            if (i > 1 && before - now < SETTLED_BYTES) {
                return Math.min(before, now);
            }
            before = now;
        }
        return before;
    }

    private static Map<String, Long> threadsByName() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .collect(Collectors.groupingBy(
                        thread -> thread.getName().replaceAll("[0-9a-f-]*\\d[0-9a-f-]*", "N"),
                        TreeMap::new,
                        Collectors.counting()));
    }

    private static long openSockets() {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return -1;
        }
        try (Stream<Path> open = Files.list(descriptors)) {
            return open.filter(Footprint::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            // Closed since it was listed, or the listing's own.
            return false;
        }
    }

    /** Vert.x has no public count of these. A field that is renamed fails loudly, which is wanted. */
    private static Object field(Object owner, String name) {
        for (Class<?> type = owner.getClass(); type != null; type = type.getSuperclass()) {
            try {
                Field field = type.getDeclaredField(name);
                field.setAccessible(true);
                return field.get(owner);
            } catch (NoSuchFieldException e) {
                continue;
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new IllegalStateException("no field " + name + " in " + owner.getClass());
    }
}
