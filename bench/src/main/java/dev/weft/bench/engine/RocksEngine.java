package dev.weft.bench.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** RocksDB: log-structured merge tree, native. */
final class RocksEngine implements Engine {
    private final List<ColumnFamilyHandle> tables = new ArrayList<>();
    private RocksDB rocks;
    private WriteOptions synced;

    @Override
    public void open(Path folder) {
        RocksDB.loadLibrary();
        var options = new ColumnFamilyOptions()
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(32 << 20);
        try {
            rocks = RocksDB.open(
                    new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true),
                    folder.toString(),
                    List.of(
                            new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options),
                            new ColumnFamilyDescriptor("entries".getBytes(StandardCharsets.UTF_8), options)),
                    tables);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
        synced = new WriteOptions().setSync(true);
    }

    @Override
    public void commit(List<Entry> entries, Collection<Long> numbers, byte[] document) {
        try (var batch = new WriteBatch()) {
            for (var entry : entries) {
                batch.put(tables.get(1), entry.key(), entry.blob());
            }
            for (long number : numbers) {
                batch.put(tables.get(0), ByteBuffer.allocate(8).putLong(number).array(), document);
            }
            rocks.write(synced, batch);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int scan(long number) {
        int found = 0;
        try (var iterator = rocks.newIterator(tables.get(1))) {
            iterator.seek(new Entry(number, 0, null).key());
            while (iterator.isValid() && ByteBuffer.wrap(iterator.key()).getLong() == number) {
                found += iterator.value().length > 0 ? 1 : 0;
                iterator.next();
            }
        }
        return found;
    }

    @Override
    public void close() {
        tables.forEach(ColumnFamilyHandle::close);
        rocks.close();
        synced.close();
    }
}
