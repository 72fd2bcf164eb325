package dev.weft.server.storage.embedded;

import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.OutcomeUnknownException;
import dev.weft.server.storage.StoreException;
import dev.weft.server.storage.StoreListener;
import dev.weft.server.storage.StoreUnavailableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer thread: takes all writes that wait, of whatever documents, into one synced commit, and completes them when it is
 * durable. While it waits for the disk the next group gathers, so the groups grow with the load and no timer is needed.
 *
 * <p>After a failed write nobody knows what is on the disk, least of all the database's own memory. So it is closed and opened again, which
 * reads the truth from the files and writes it once more; meanwhile everything is refused as unavailable.
 */
final class GroupCommit implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final long FIRST_REOPEN_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final TaskQueue queue;
    private final SharedDatabase database;
    private final RecordCache records = new RecordCache();
    private final EmbeddedStoreOptions options;
    private final FreeSpace freeSpace;
    private final Reclaimer reclaimer;
    private final Consumer<ReadTask<?>> readers;
    private final StoreListener listener;
    /** Taken from the queue and not yet begun. */
    private final Deque<Task<?>> tasks = new ArrayDeque<>();
    /** Part of the commit at hand. */
    private final List<WriteTask<?>> applied = new ArrayList<>();

    private long reopenDelayNanos = FIRST_REOPEN_DELAY_NANOS;
    private long reopenAtNanos;

    GroupCommit(
            TaskQueue queue,
            SharedDatabase database,
            EmbeddedStoreOptions options,
            DataFolder folder,
            Reclaimer reclaimer,
            Consumer<ReadTask<?>> readers,
            StoreListener listener) {
        this.queue = queue;
        this.database = database;
        this.options = options;
        this.freeSpace = new FreeSpace(folder, options.freeBytesMin());
        this.reclaimer = reclaimer;
        this.readers = readers;
        this.listener = listener;
    }

    /** Until the queue is closed and empty. */
    @Override
    public void run() {
        try {
            List<Task<?>> taken = next();
            while (taken != null) {
                tasks.addAll(taken);
                while (!tasks.isEmpty()) {
                    commitNext();
                }
                taken = next();
            }
        } catch (InterruptedException e) {
            // Nobody but the process at its end interrupts this thread; what is not durable was never acknowledged.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.error("the writer of the store in {} broke; nothing more will be stored", options.folder(), e);
            giveUp(e);
            throw e;
        }
    }

    /** Lets nobody wait for a writer that is gone. */
    private void giveUp(Throwable cause) {
        queue.close();
        listener.unavailable(cause);
        applied.forEach(task -> task.fail(new OutcomeUnknownException("the writer of the store broke", cause)));
        tasks.addAll(queue.takeAll());
        tasks.forEach(task -> task.fail(new StoreUnavailableException("the writer of the store broke", cause)));
    }

    /** Waits for tasks; null when there will be no more. A store that is down is tried again in between. */
    private List<Task<?>> next() throws InterruptedException {
        while (true) {
            long wait = TaskQueue.FOREVER;
            if (!database.isOpen()) {
                wait = reopenAtNanos - System.nanoTime();
                if (wait <= 0) {
                    reopen();
                    continue;
                }
            }
            var taken = queue.take(options.limits().batchBytesMax(), wait);
            if (taken == null || !taken.isEmpty()) {
                return taken;
            }
        }
    }

    private void commitNext() {
        var reads = new ArrayList<ReadTask<?>>();
        try {
            database.use(open -> {
                commitNext(reads, open);
                return null;
            });
        } catch (StoreUnavailableException e) {
            tasks.forEach(task -> fail(task, e));
            tasks.clear();
        } catch (RocksDBException e) {
            breakDown(e);
        }
        reads.forEach(readers);
    }

    private void commitNext(List<ReadTask<?>> reads, Database open) throws RocksDBException {
        long began = System.nanoTime();
        try (var commit = new Commit(open, records, freeSpace.suffices())) {
            try {
                gather(reads, commit);
            } catch (RocksDBException e) {
                failApplied(new StoreUnavailableException("the disk cannot be read", e));
                throw e;
            } catch (RuntimeException e) {
                // The commit may hold half of the faulty task, so it is dropped and the sound ones are done again.
                for (int i = applied.size() - 1; i >= 0; i--) {
                    tasks.addFirst(applied.get(i));
                }
                applied.clear();
                return;
            }
            try {
                commit.write();
            } catch (RocksDBException e) {
                failApplied(new OutcomeUnknownException("the disk failed: " + e.getMessage(), e));
                throw e;
            }
            reclaimer.dropped(commit.droppedBytes());
        }
        long bytes = 0;
        for (var task : applied) {
            bytes += task.chargedBytes();
        }
        queue.release(bytes, 0);
        if (!applied.isEmpty()) {
            listener.committed(applied.size(), bytes, System.nanoTime() - began);
        }
        applied.forEach(WriteTask::succeed);
        applied.clear();
    }

    /** Applies tasks in order until one must see what the commit still holds. */
    private void gather(List<ReadTask<?>> reads, Commit commit) throws RocksDBException {
        while (!tasks.isEmpty()) {
            var task = tasks.peek();
            if (task instanceof ReadTask<?> read) {
                tasks.poll();
                reads.add(read);
                continue;
            }
            var write = (WriteTask<?>) task;
            try {
                if (write.apply(commit) == WriteTask.Outcome.DEFERRED) {
                    return;
                }
                tasks.poll();
                applied.add(write);
            } catch (StoreException e) {
                fail(tasks.poll(), e);
            } catch (RocksDBException e) {
                if (isCorruption(e)) {
                    fail(tasks.poll(), new DocumentCorruptException(write.key(), e.getMessage(), e));
                } else {
                    fail(tasks.poll(), new StoreUnavailableException("the disk cannot be read", e));
                    throw e;
                }
            } catch (RuntimeException e) {
                LOG.error("a write of {} broke", write.key(), e);
                fail(tasks.poll(), e);
                throw e;
            }
        }
    }

    static boolean isCorruption(RocksDBException e) {
        return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption;
    }

    private void fail(Task<?> task, Throwable failure) {
        queue.release(task.chargedBytes(), task instanceof ReadTask ? 1 : 0);
        task.fail(failure);
    }

    private void failApplied(StoreException failure) {
        applied.forEach(task -> fail(task, failure));
        applied.clear();
    }

    private void breakDown(RocksDBException cause) {
        LOG.error("the store in {} is down and will be opened again", options.folder(), cause);
        database.close(cause);
        records.forget();
        reopenDelayNanos = FIRST_REOPEN_DELAY_NANOS;
        reopenAtNanos = System.nanoTime() + reopenDelayNanos;
        listener.unavailable(cause);
    }

    private void reopen() {
        try {
            database.opened(Database.open(new DataFolder(options.folder()).database(), options));
            LOG.warn("the store in {} is open again", options.folder());
            listener.available();
        } catch (StoreException e) {
            reopenDelayNanos =
                    Math.min(reopenDelayNanos * 2, TimeUnit.MILLISECONDS.toNanos(options.reopenDelayMillisMax()));
            reopenAtNanos = System.nanoTime() + reopenDelayNanos;
            LOG.warn("the store in {} is still down: {}", options.folder(), e.getMessage());
        }
    }
}
