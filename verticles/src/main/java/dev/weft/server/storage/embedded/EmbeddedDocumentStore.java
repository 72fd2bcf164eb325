package dev.weft.server.storage.embedded;

import dev.weft.crdt.clock.WallClock;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.CallerContext;
import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.EntryPage;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.RunPage;
import dev.weft.server.storage.StoreLimits;
import dev.weft.server.storage.StoreListener;
import dev.weft.server.storage.StoreOpenException;
import dev.weft.server.storage.StoreUnavailableException;
import dev.weft.server.storage.StoredDocument;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.rocksdb.RocksDBException;

/**
 * Documents in a folder of this node. One writer thread commits for all documents ({@link GroupCommit}), a few reader
 * threads load, one thread opens, closes and copies, one reclaims space. Durable means: fsync has returned.
 */
public final class EmbeddedDocumentStore implements DocumentStore {
    private static final AtomicInteger THREAD_NUMBER = new AtomicInteger();

    private enum State {
        NEW,
        OPENING,
        OPEN,
        CLOSED
    }

    private final EmbeddedStoreOptions options;
    private final LongSupplier leastEpoch;
    private final DataFolder folder;
    private final TaskQueue queue;
    private final SharedDatabase database = new SharedDatabase();
    private final ExecutorService readers;
    private final ExecutorService maintenance;
    private final ExecutorService reclaiming;
    private final Thread writer;
    private final Promise<Void> closed = Promise.promise();
    private State state = State.NEW;

    public EmbeddedDocumentStore(EmbeddedStoreOptions options) {
        this(options, StoreListener.NONE);
    }

    public EmbeddedDocumentStore(EmbeddedStoreOptions options, StoreListener listener) {
        this(options, listener, () -> 0);
    }

    /**
     * A store for one node of a cluster whose nodes share none. Epochs are no lower than the time in milliseconds: if
     * every such store counted from 1, an owner could take its predecessor's epoch, and the links their positions in the
     * old log, for its own.
     */
    public static EmbeddedDocumentStore perNode(EmbeddedStoreOptions options, StoreListener listener, WallClock clock) {
        return new EmbeddedDocumentStore(options, listener, clock::millis);
    }

    private EmbeddedDocumentStore(EmbeddedStoreOptions options, StoreListener listener, LongSupplier leastEpoch) {
        this.options = options;
        this.leastEpoch = leastEpoch;
        folder = new DataFolder(options.folder());
        queue = new TaskQueue(options.limits().queueBytesMax(), options.readQueueMax());
        readers = Executors.newFixedThreadPool(options.readThreads(), task -> thread(task, "reader"));
        maintenance = Executors.newSingleThreadExecutor(task -> thread(task, "maintenance"));
        reclaiming = Executors.newSingleThreadExecutor(task -> thread(task, "reclaimer"));
        var reclaimer = new Reclaimer(database, reclaiming);
        writer = thread(
                new GroupCommit(queue, database, options, folder, reclaimer, this::dispatch, listener), "writer");
    }

    private static Thread thread(Runnable task, String role) {
        var thread = new Thread(task, "weft-store-" + role + "-" + THREAD_NUMBER.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public synchronized Future<Void> open() {
        if (state != State.NEW) {
            return Future.failedFuture(new StoreOpenException("a store is opened once", null));
        }
        state = State.OPENING;
        return CallerContext.complete(() -> maintain(this::openFolder));
    }

    private Void openFolder() {
        folder.lock();
        try {
            database.opened(Database.open(folder.database(), options));
        } catch (StoreOpenException e) {
            folder.unlock();
            throw e;
        }
        writer.start();
        synchronized (this) {
            // Closing may have been asked for in the meantime; it is next on this thread.
            state = state == State.OPENING ? State.OPEN : state;
        }
        return null;
    }

    @Override
    public synchronized Future<Void> close() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            queue.close();
            maintenance.execute(this::closeFolder);
        }
        return CallerContext.complete(closed::future);
    }

    private void closeFolder() {
        try {
            // Never started if the folder could not be opened; then there is nothing to wait for.
            writer.join();
            readers.shutdown();
            readers.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
            database.close(null);
            folder.unlock();
            reclaiming.shutdown();
            maintenance.shutdown();
            closed.complete();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.fail(e);
        } catch (RuntimeException e) {
            closed.fail(e);
        }
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public StoreLimits limits() {
        return options.limits();
    }

    /** What was accepted and is not durable yet. */
    public long queuedBytes() {
        return queue.queuedBytes();
    }

    /**
     * Copies everything that is durable now to another folder, without stopping. To restore, use the copy as data folder.
     *
     * @param target must not exist; on the same file system the copy takes hardly any space at first
     */
    public Future<Void> backup(Path target) {
        return CallerContext.complete(() -> maintain(() -> {
            try {
                Files.createDirectories(target);
                database.use(open -> {
                    open.copyTo(new DataFolder(target).database());
                    return null;
                });
                return null;
            } catch (IOException | RocksDBException e) {
                throw new StoreUnavailableException("the backup to " + target + " failed: " + e.getMessage(), e);
            }
        }));
    }

    @Override
    public Future<Optional<DocumentInfo>> find(DocumentKey key) {
        return ask(key, reader -> reader.find(key));
    }

    @Override
    public Future<StoredDocument> load(DocumentKey key, long epoch) {
        return ask(key, reader -> reader.load(key, epoch));
    }

    @Override
    public Future<EntryPage> read(DocumentKey key, long epoch, long afterPosition, int bytesMax) {
        int bound = Math.min(bytesMax, options.limits().pageBytesMax());
        return ask(
                key, reader -> reader.read(key, epoch, afterPosition, bound).entriesAfter(key, afterPosition, bound));
    }

    @Override
    public Future<RunPage> readRuns(DocumentKey key, long epoch, long afterPosition, int bytesMax) {
        int bound = Math.min(bytesMax, options.limits().pageBytesMax());
        return ask(key, reader -> reader.read(key, epoch, afterPosition, bound));
    }

    @Override
    public Future<Void> pack(DocumentKey key, long epoch, PackedEntries entries) {
        return CallerContext.complete(() -> {
            options.limits().checkKey(key);
            return enqueue(
                    new WriteTask.Pack(key, epoch, entries, options.limits().checkPack(entries)));
        });
    }

    @Override
    public Future<List<DocumentInfo>> list(DocumentKind kind, String prefix, String after, int limit) {
        return CallerContext.complete(() -> enqueue(
                new ReadTask<>(null, (open, view) -> new DocumentReader(open, view).list(kind, prefix, after, limit))));
    }

    @Override
    public Future<Long> claim(DocumentKey key, boolean create) {
        return CallerContext.complete(() -> {
            options.limits().checkKey(key);
            return enqueue(new WriteTask.Claim(key, create, leastEpoch.getAsLong(), StoreLimits.ENTRY_OVERHEAD_BYTES));
        });
    }

    @Override
    public Future<Void> append(DocumentKey key, long epoch, long firstPosition, List<byte[]> blobs) {
        return CallerContext.complete(() -> {
            options.limits().checkKey(key);
            long charge = options.limits().checkAppend(firstPosition, blobs);
            return enqueue(new WriteTask.Append(key, epoch, firstPosition, List.copyOf(blobs), charge));
        });
    }

    @Override
    public Future<Void> compact(DocumentKey key, long epoch, byte[] snapshot, long upToPosition) {
        return CallerContext.complete(() -> {
            options.limits().checkKey(key);
            long charge = options.limits().checkCompact(snapshot, upToPosition);
            return enqueue(new WriteTask.Compact(key, epoch, snapshot, upToPosition, charge));
        });
    }

    @Override
    public Future<Void> delete(DocumentKey key, long epoch) {
        return CallerContext.complete(() -> {
            options.limits().checkKey(key);
            return enqueue(new WriteTask.Delete(key, epoch, StoreLimits.ENTRY_OVERHEAD_BYTES));
        });
    }

    private interface Question<T> {
        T ask(DocumentReader reader) throws RocksDBException;
    }

    private <T> Future<T> ask(DocumentKey key, Question<T> question) {
        return CallerContext.complete(() -> {
            options.limits().checkKey(key);
            return enqueue(new ReadTask<>(key, (open, view) -> question.ask(new DocumentReader(open, view))));
        });
    }

    private <T> Future<T> enqueue(Task<T> task) {
        synchronized (this) {
            if (state == State.NEW || state == State.OPENING) {
                throw new StoreUnavailableException("the store is not open yet", null);
            }
        }
        queue.put(task);
        return task.future();
    }

    private void dispatch(ReadTask<?> task) {
        readers.execute(() -> answer(task));
    }

    private <T> void answer(ReadTask<T> task) {
        try {
            var answer = database.use(task::answer);
            queue.release(0, 1);
            task.succeed(answer);
        } catch (RuntimeException e) {
            queue.release(0, 1);
            task.fail(e);
        } catch (RocksDBException e) {
            queue.release(0, 1);
            task.fail(
                    task.key() != null && GroupCommit.isCorruption(e)
                            ? new DocumentCorruptException(task.key(), e.getMessage(), e)
                            : new StoreUnavailableException("the disk cannot be read: " + e.getMessage(), e));
        }
    }

    private <T> Future<T> maintain(Supplier<T> work) {
        Promise<T> done = Promise.promise();
        try {
            maintenance.execute(() -> {
                try {
                    done.complete(work.get());
                } catch (RuntimeException e) {
                    done.fail(e);
                }
            });
        } catch (RejectedExecutionException e) {
            done.fail(new StoreUnavailableException("the store is closed", e));
        }
        return done.future();
    }
}
