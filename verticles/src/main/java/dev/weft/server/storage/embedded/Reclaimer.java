package dev.weft.server.storage.embedded;

import dev.weft.server.storage.StoreUnavailableException;
import java.util.concurrent.ExecutorService;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives space back after deletions. The database drops what is covered when it happens to rewrite a file; a document that
 * nobody writes any more would keep its garbage for good. So when enough has gathered, the files are rewritten on purpose.
 */
final class Reclaimer {
    private static final Logger LOG = LoggerFactory.getLogger(Reclaimer.class);
    /** Below this it is not worth a rewrite. */
    static final long GARBAGE_BYTES_MIN = 64L << 20;
    /** Nor below this share of all files, whichever is more. */
    private static final int SHARE_OF_FILES = 4;

    private final SharedDatabase database;
    private final ExecutorService worker;
    private long garbageBytes;
    private boolean running;

    Reclaimer(SharedDatabase database, ExecutorService worker) {
        this.database = database;
        this.worker = worker;
    }

    /** Called by the writer thread while it holds the database. */
    synchronized void dropped(long bytes) {
        garbageBytes += bytes;
        if (bytes > 0 && garbageBytes >= GARBAGE_BYTES_MIN && !running) {
            running = true;
            worker.execute(this::reclaim);
        }
    }

    private void reclaim() {
        long taken;
        synchronized (this) {
            taken = garbageBytes;
        }
        boolean done = false;
        try {
            done = database.use(open -> {
                if (taken < open.fileBytes() / SHARE_OF_FILES) {
                    return false;
                }
                open.reclaim();
                return true;
            });
        } catch (StoreUnavailableException e) {
            LOG.debug("no space was reclaimed, the store is closed");
        } catch (RocksDBException e) {
            // Closing the store interrupts a rewrite, and it is done again some day; anything worse shows at the next
            // write.
            LOG.info("no space was reclaimed: {}", e.getMessage());
        } finally {
            synchronized (this) {
                garbageBytes -= done ? taken : 0;
                running = false;
            }
        }
    }
}
