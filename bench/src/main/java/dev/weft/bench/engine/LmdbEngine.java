package dev.weft.bench.engine;

import static org.lmdbjava.DbiFlags.MDB_CREATE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.KeyRange;

/** LMDB: copy-on-write B-tree in mapped memory, native. Does not compress. */
final class LmdbEngine implements Engine {
    private static final long MAP_BYTES = 16L << 30;

    private final ByteBuffer key = ByteBuffer.allocateDirect(16);
    private final ByteBuffer value = ByteBuffer.allocateDirect(1 << 16);
    private Env<ByteBuffer> env;
    private Dbi<ByteBuffer> entries;
    private Dbi<ByteBuffer> documents;

    @Override
    public void open(Path folder) throws IOException {
        Files.createDirectories(folder);
        env = Env.create().setMapSize(MAP_BYTES).setMaxDbs(2).open(folder.toFile());
        entries = env.openDbi("entries", MDB_CREATE);
        documents = env.openDbi("documents", MDB_CREATE);
    }

    @Override
    public void commit(List<Entry> group, Collection<Long> numbers, byte[] document) {
        try (var transaction = env.txnWrite()) {
            for (var entry : group) {
                key.clear().putLong(entry.number()).putLong(entry.position()).flip();
                value.clear().put(entry.blob()).flip();
                entries.put(transaction, key, value);
            }
            for (long number : numbers) {
                key.clear().putLong(number).flip();
                value.clear().put(document).flip();
                documents.put(transaction, key, value);
            }
            transaction.commit();
        }
    }

    @Override
    public int scan(long number) {
        int found = 0;
        var from = ByteBuffer.allocateDirect(16).putLong(number).putLong(0).flip();
        var to = ByteBuffer.allocateDirect(16).putLong(number + 1).putLong(0).flip();
        try (var transaction = env.txnRead();
                var iterable = entries.iterate(transaction, KeyRange.closedOpen(from, to))) {
            for (var entry : iterable) {
                var blob = new byte[entry.val().remaining()];
                entry.val().get(blob);
                found += blob.length > 0 ? 1 : 0;
            }
        }
        return found;
    }

    @Override
    public void close() {
        env.close();
    }
}
