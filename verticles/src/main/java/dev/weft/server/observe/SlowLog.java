package dev.weft.server.observe;

import dev.weft.server.registry.DocumentKey;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * A line for every single operation that took too long, with the document, the session and the epoch it concerned; at
 * most {@link #LINES_PER_SECOND_MAX}, so that a slow disk does not become a full one as well. Thread-safe.
 */
public final class SlowLog {
    /** Lines beyond it are counted, and the count is told with the next line. */
    public static final int LINES_PER_SECOND_MAX = 10;

    private static final Logger LOG = LoggerFactory.getLogger(SlowLog.class);

    private final SlowLimits limits;
    private final LongSupplier nanoTime;
    private final AtomicLong second = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong lines = new AtomicLong();
    private final AtomicLong suppressed = new AtomicLong();

    SlowLog(SlowLimits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
    }

    void attached(DocumentKey key, long nanos) {
        if (isSlow(nanos, limits.openMillis())) {
            line("owner.attach", key, 0, null, nanos);
        }
    }

    void acknowledged(DocumentKey key, long epoch, String sessionId, long nanos) {
        if (isSlow(nanos, limits.editMillis())) {
            line("edit.acknowledge", key, epoch, sessionId, nanos);
        }
    }

    void stored(DocumentKey key, long epoch, String sessionId, long nanos) {
        if (isSlow(nanos, limits.editMillis())) {
            line("owner.acknowledge", key, epoch, sessionId, nanos);
        }
    }

    void opened(DocumentKey key, long epoch, long nanos) {
        if (isSlow(nanos, limits.openMillis())) {
            line("document.open", key, epoch, null, nanos);
        }
    }

    void store(String operation, DocumentKey key, long epoch, long nanos) {
        if (isSlow(nanos, limits.storeMillis())) {
            line("store." + operation, key, epoch, null, nanos);
        }
    }

    private static boolean isSlow(long nanos, int limitMillis) {
        return nanos >= TimeUnit.MILLISECONDS.toNanos(limitMillis);
    }

    private void line(String operation, DocumentKey key, long epoch, String sessionId, long nanos) {
        long now = TimeUnit.NANOSECONDS.toSeconds(nanoTime.getAsLong());
        if (second.getAndSet(now) != now) {
            lines.set(0);
        }
        if (lines.incrementAndGet() > LINES_PER_SECOND_MAX) {
            suppressed.incrementAndGet();
            return;
        }
        LoggingEventBuilder line = LOG.atWarn()
                .addKeyValue("operation", operation)
                .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(nanos));
        long untold = suppressed.getAndSet(0);
        if (untold > 0) {
            line = line.addKeyValue("suppressed", untold);
        }
        LogFields.of(line, key, epoch, sessionId).log("Slow: {} of {}", operation, key);
    }
}
