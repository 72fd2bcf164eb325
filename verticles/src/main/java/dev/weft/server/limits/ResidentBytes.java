package dev.weft.server.limits;

import java.util.concurrent.atomic.AtomicLong;

/** What all documents of a node occupy in memory. Beyond the limit no further one is taken in. Thread-safe. */
public final class ResidentBytes {
    private final AtomicLong total = new AtomicLong();
    private final long bytesMax;

    /** @param bytesMax 0 for half of what the JVM may use */
    public ResidentBytes(long bytesMax) {
        this.bytesMax = bytesMax == 0 ? Runtime.getRuntime().maxMemory() / 2 : bytesMax;
    }

    public void add(long difference) {
        total.addAndGet(difference);
    }

    public long total() {
        return total.get();
    }

    public boolean isFull() {
        return total.get() >= bytesMax;
    }
}
