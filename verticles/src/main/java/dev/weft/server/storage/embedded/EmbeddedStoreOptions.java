package dev.weft.server.storage.embedded;

import dev.weft.server.storage.StoreLimits;
import java.nio.file.Path;
import java.util.Objects;

/**
 * How the embedded store uses its folder and its machine.
 *
 * @param folder the data folder; created if absent, used by one process at a time
 * @param limits the bounds all stores keep
 * @param readThreads threads that load documents and answer queries
 * @param readQueueMax reads accepted and not yet begun; more are refused as overload
 * @param memTableBytesMax native memory for what is in the log and not yet in sorted files
 * @param blockCacheBytesMax native memory for blocks read from sorted files
 * @param freeBytesMin below this much free disk space appends are refused while there is still room to compact and delete
 * @param reopenDelayMillisMax the longest pause between two attempts to come back after a disk error
 * @param lossyRecovery whether to open a folder whose log is damaged in the middle and lose what lies behind the damage;
 *     a torn tail, which a power failure leaves, needs no permission
 */
public record EmbeddedStoreOptions(
        Path folder,
        StoreLimits limits,
        int readThreads,
        int readQueueMax,
        long memTableBytesMax,
        long blockCacheBytesMax,
        long freeBytesMin,
        long reopenDelayMillisMax,
        boolean lossyRecovery) {
    private static final long MIB = 1L << 20;

    public EmbeddedStoreOptions {
        Objects.requireNonNull(folder, "folder");
        Objects.requireNonNull(limits, "limits");
        if (readThreads < 1 || readQueueMax < 1 || reopenDelayMillisMax < 1) {
            throw new IllegalArgumentException("readThreads, readQueueMax and reopenDelayMillisMax must be positive");
        }
        if (memTableBytesMax < MIB || blockCacheBytesMax < MIB || freeBytesMin < 0) {
            throw new IllegalArgumentException("memTableBytesMax and blockCacheBytesMax need at least 1 MiB");
        }
    }

    /** Two readers, 64 MiB of memory tables, 32 MiB of cache, 64 MiB kept free, back after at most 5 s. */
    public static EmbeddedStoreOptions in(Path folder) {
        return new EmbeddedStoreOptions(
                folder, StoreLimits.defaults(), 2, 10_000, 64 * MIB, 32 * MIB, 64 * MIB, 5_000, false);
    }

    public EmbeddedStoreOptions withLimits(StoreLimits newLimits) {
        return new EmbeddedStoreOptions(
                folder,
                newLimits,
                readThreads,
                readQueueMax,
                memTableBytesMax,
                blockCacheBytesMax,
                freeBytesMin,
                reopenDelayMillisMax,
                lossyRecovery);
    }

    public EmbeddedStoreOptions withFreeBytesMin(long bytes) {
        return new EmbeddedStoreOptions(
                folder,
                limits,
                readThreads,
                readQueueMax,
                memTableBytesMax,
                blockCacheBytesMax,
                bytes,
                reopenDelayMillisMax,
                lossyRecovery);
    }

    public EmbeddedStoreOptions withLossyRecovery(boolean lossy) {
        return new EmbeddedStoreOptions(
                folder,
                limits,
                readThreads,
                readQueueMax,
                memTableBytesMax,
                blockCacheBytesMax,
                freeBytesMin,
                reopenDelayMillisMax,
                lossy);
    }
}
