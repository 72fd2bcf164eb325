package dev.weft.bench.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;

/** H2's MVStore: append-only B-tree, pure Java. Number and position share a long key: it sorts those well. */
final class MvStoreEngine implements Engine {
    private static final int POSITION_BITS = 32;

    private MVStore store;
    private MVMap<Long, byte[]> entries;
    private MVMap<Long, byte[]> documents;

    @Override
    public void open(Path folder) throws IOException {
        Files.createDirectories(folder);
        store = new MVStore.Builder()
                .fileName(folder.resolve("store.mv").toString())
                .compress()
                .autoCommitDisabled()
                .open();
        var types =
                new MVMap.Builder<Long, byte[]>().keyType(LongDataType.INSTANCE).valueType(ByteArrayDataType.INSTANCE);
        entries = store.openMap("entries", types);
        documents = store.openMap("documents", types);
    }

    @Override
    public void commit(List<Entry> group, Collection<Long> numbers, byte[] document) {
        for (var entry : group) {
            entries.put(entry.number() << POSITION_BITS | entry.position(), entry.blob());
        }
        for (long number : numbers) {
            documents.put(number, document);
        }
        store.commit();
        store.sync();
    }

    @Override
    public int scan(long number) {
        int found = 0;
        var cursor = entries.cursor(number << POSITION_BITS, (number + 1) << POSITION_BITS, false);
        while (cursor.hasNext()) {
            cursor.next();
            found += cursor.getValue().length > 0 ? 1 : 0;
        }
        return found;
    }

    @Override
    public void close() {
        store.close();
    }
}
