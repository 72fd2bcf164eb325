package dev.weft.server.storage.embedded;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the disk may be filled further; looked up once a second at most. Confined to the writer thread. */
final class FreeSpace {
    private static final Logger LOG = LoggerFactory.getLogger(FreeSpace.class);
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DataFolder folder;
    private final long freeBytesMin;
    private boolean suffices = true;
    private boolean looked;
    private long lookedAtNanos;

    FreeSpace(DataFolder folder, long freeBytesMin) {
        this.folder = folder;
        this.freeBytesMin = freeBytesMin;
    }

    boolean suffices() {
        long now = System.nanoTime();
        if (looked && now - lookedAtNanos < PERIOD_NANOS) {
            return suffices;
        }
        looked = true;
        lookedAtNanos = now;
        boolean before = suffices;
        try {
            suffices = folder.freeBytes() >= freeBytesMin;
        } catch (IOException e) {
            LOG.warn("the free space of the data folder cannot be told", e);
            suffices = true;
        }
        if (before != suffices) {
            LOG.warn("the data folder has {} free space", suffices ? "enough" : "too little");
        }
        return suffices;
    }
}
