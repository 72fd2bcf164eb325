package dev.weft.server.storage.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.server.storage.StoreOpenException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/**
 * The open database: three tables, one write-ahead log. Every method may be called from any thread while it is open; the
 * owner sees to it that none runs when it is closed, because native code does not forgive that.
 */
final class Database implements AutoCloseable {
    /** Since 2 there are packed entries. */
    private static final long FORMAT_VERSION = 2;

    private static final long FORMAT_VERSION_MIN = 1;
    private static final int BLOCK_BYTES = 16 * 1024;
    private static final int BLOOM_BITS = 10;
    private static final int INFO_LOGS_MAX = 3;
    private static final long INFO_LOG_BYTES_MAX = 4L << 20;
    private static final long LOG_BYTES_MAX = 256L << 20;
    private static final int OPEN_FILES_MAX = 512;

    /** Closed in reverse order of creation. */
    private final List<AbstractNativeReference> resources = new ArrayList<>();

    private final RocksDB rocks;
    final ColumnFamilyHandle documents;
    final ColumnFamilyHandle entries;
    final ColumnFamilyHandle snapshots;
    private final WriteOptions synced;

    private Database(Path folder, EmbeddedStoreOptions options) throws RocksDBException {
        try {
            var cache = keep(new LRUCache(options.blockCacheBytesMax()));
            var memTables = keep(new WriteBufferManager(options.memTableBytesMax(), cache));
            var filter = keep(new BloomFilter(BLOOM_BITS));
            var dbOptions = keep(dbOptions(options).setWriteBufferManager(memTables));
            var table = new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setBlockSize(BLOCK_BYTES)
                    .setFilterPolicy(filter);
            var families = List.of(
                    new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, keep(new ColumnFamilyOptions())),
                    new ColumnFamilyDescriptor(
                            "documents".getBytes(UTF_8), keep(familyOptions(table, options.memTableBytesMax() / 8))),
                    new ColumnFamilyDescriptor(
                            "entries".getBytes(UTF_8), keep(familyOptions(table, options.memTableBytesMax() / 2))),
                    new ColumnFamilyDescriptor(
                            "snapshots".getBytes(UTF_8), keep(familyOptions(table, options.memTableBytesMax() / 4))));
            var handles = new ArrayList<ColumnFamilyHandle>();
            rocks = keep(RocksDB.open(dbOptions, folder.toString(), families, handles));
            handles.forEach(this::keep);
            documents = handles.get(1);
            entries = handles.get(2);
            snapshots = handles.get(3);
            synced = keep(new WriteOptions().setSync(true));
        } catch (RocksDBException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Opens the database, creating it if it is absent; every failure is explained for an operator. */
    static Database open(Path folder, EmbeddedStoreOptions options) {
        try {
            RocksDB.loadLibrary();
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            throw new StoreOpenException(
                    "the native library of RocksDB cannot be loaded (is the temporary folder "
                            + System.getProperty("java.io.tmpdir") + " writable and executable?): " + e.getMessage(),
                    e);
        }
        Database database;
        try {
            database = new Database(folder, options);
        } catch (RocksDBException e) {
            throw new StoreOpenException(explain(folder, e), e);
        }
        try {
            database.checkFormat(folder);
            return database;
        } catch (RocksDBException | StoreOpenException e) {
            database.close();
            throw e instanceof StoreOpenException known ? known : new StoreOpenException(explain(folder, e), e);
        }
    }

    private static DBOptions dbOptions(EmbeddedStoreOptions options) {
        return new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(true)
                // Point-in-time recovery would also forgive damage in the middle of the log, and silently forget
                // acknowledged changes behind it. That needs an operator's consent.
                .setWalRecoveryMode(
                        options.lossyRecovery()
                                ? WALRecoveryMode.PointInTimeRecovery
                                : WALRecoveryMode.TolerateCorruptedTailRecords)
                .setMaxTotalWalSize(LOG_BYTES_MAX)
                .setAvoidFlushDuringShutdown(true)
                .setMaxOpenFiles(OPEN_FILES_MAX)
                .setMaxBackgroundJobs(2)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(INFO_LOGS_MAX)
                .setMaxLogFileSize(INFO_LOG_BYTES_MAX);
    }

    private static ColumnFamilyOptions familyOptions(BlockBasedTableConfig table, long memTableBytes) {
        return new ColumnFamilyOptions()
                .setWriteBufferSize(memTableBytes)
                .setLevelCompactionDynamicLevelBytes(true)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION)
                .setTableFormatConfig(table);
    }

    private void checkFormat(Path folder) throws RocksDBException {
        var found = rocks.get(documents, DatabaseKeys.FORMAT);
        if (found == null || DatabaseKeys.decode(found) == FORMAT_VERSION_MIN) {
            // What is there can be read as it is, but an older program must not find what it cannot read.
            try (var batch = new WriteBatch()) {
                batch.put(documents, DatabaseKeys.FORMAT, DatabaseKeys.encode(FORMAT_VERSION));
                write(batch);
            }
        } else if (DatabaseKeys.decode(found) != FORMAT_VERSION) {
            throw new StoreOpenException(
                    "the data folder " + folder + " has format " + DatabaseKeys.decode(found)
                            + "; this version reads formats " + FORMAT_VERSION_MIN + " to " + FORMAT_VERSION,
                    null);
        }
    }

    private static String explain(Path folder, Exception e) {
        var status = e instanceof RocksDBException rocks && rocks.getStatus() != null
                ? rocks.getStatus().getCode()
                : Status.Code.Undefined;
        var prefix = "the database in " + folder + " cannot be opened: " + e.getMessage();
        return switch (status) {
            case Corruption ->
                prefix + ". The files are damaged. Restore a backup, or open the folder with lossy recovery, "
                        + "which keeps what lies before the damage";
            case IOError -> prefix + ". Check the free space, the permissions and the health of the disk";
            default -> prefix;
        };
    }

    byte[] get(ColumnFamilyHandle table, byte[] key) throws RocksDBException {
        return rocks.get(table, key);
    }

    /** The state of this moment, for reads that belong together; close it. */
    View view() {
        return new View(rocks);
    }

    /** Reads that all see the same state. */
    static final class View implements AutoCloseable {
        // A scan of a long document reads ahead, and must not push the blocks of all others out of the cache.
        private static final long READ_AHEAD_BYTES = 256L << 10;

        private final RocksDB rocks;
        private final Snapshot moment;
        private final ReadOptions options;

        private View(RocksDB rocks) {
            this.rocks = rocks;
            moment = rocks.getSnapshot();
            options = new ReadOptions().setSnapshot(moment).setFillCache(false).setReadaheadSize(READ_AHEAD_BYTES);
        }

        byte[] get(ColumnFamilyHandle table, byte[] key) throws RocksDBException {
            return rocks.get(table, options, key);
        }

        /** Close it before the view. */
        RocksIterator scan(ColumnFamilyHandle table) {
            return rocks.newIterator(table, options);
        }

        @Override
        public void close() {
            options.close();
            rocks.releaseSnapshot(moment);
        }
    }

    /** Writes all or nothing; durable when it returns. */
    void write(WriteBatch batch) throws RocksDBException {
        rocks.write(synced, batch);
    }

    /** Rewrites all tables, so that what was deleted gives its space back. */
    void reclaim() throws RocksDBException {
        rocks.compactRange(entries);
        rocks.compactRange(snapshots);
        // Small, but the log is kept as long as one table has not yet written what is in it.
        rocks.compactRange(documents);
    }

    /** The bytes of all sorted files. */
    long fileBytes() throws RocksDBException {
        return rocks.getAggregatedLongProperty("rocksdb.total-sst-files-size");
    }

    /** Makes running compactions give up, so that {@link #close} need not wait for them. No write may follow. */
    void cancelBackgroundWork() {
        rocks.cancelAllBackgroundWork(true);
    }

    /** A consistent copy in a folder that must not exist; files are hard links where the file system allows it. */
    void copyTo(Path folder) throws RocksDBException {
        try (var checkpoint = Checkpoint.create(rocks)) {
            checkpoint.createCheckpoint(folder.toString());
        }
    }

    @Override
    public void close() {
        for (int i = resources.size() - 1; i >= 0; i--) {
            resources.get(i).close();
        }
        resources.clear();
    }

    private <T extends AbstractNativeReference> T keep(T resource) {
        resources.add(resource);
        return resource;
    }
}
