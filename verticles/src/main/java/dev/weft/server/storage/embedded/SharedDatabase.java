package dev.weft.server.storage.embedded;

import dev.weft.server.storage.StoreUnavailableException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.RocksDBException;

/** The database and who uses it now: it is closed only when nobody does. Thread-safe. */
final class SharedDatabase {
    /** Something done with the open database. */
    interface Use<T> {
        T with(Database database) throws RocksDBException;
    }

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private Database database;
    private volatile Throwable whyClosed;

    void opened(Database opened) {
        lock.writeLock().lock();
        try {
            database = opened;
        } finally {
            lock.writeLock().unlock();
        }
    }

    boolean isOpen() {
        lock.readLock().lock();
        try {
            return database != null;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Throws {@link StoreUnavailableException} while there is no database. */
    <T> T use(Use<T> use) throws RocksDBException {
        lock.readLock().lock();
        try {
            if (database == null) {
                throw unavailable();
            }
            return use.with(database);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Waits for all who use it. */
    void close(Throwable why) {
        lock.readLock().lock();
        try {
            whyClosed = why;
            if (database != null) {
                database.cancelBackgroundWork();
            }
        } finally {
            lock.readLock().unlock();
        }
        lock.writeLock().lock();
        try {
            if (database != null) {
                database.close();
                database = null;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    StoreUnavailableException unavailable() {
        var why = whyClosed;
        return new StoreUnavailableException(
                why == null ? "the store is closed" : "the store is down: " + why.getMessage(), why);
    }
}
