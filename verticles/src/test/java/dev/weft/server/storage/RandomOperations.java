package dev.weft.server.storage;

import static dev.weft.server.storage.Futures.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.crdt.history.HistoryBlock;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** Writes as good and bad owners make them, over a few documents, so that they often get in each other's way. */
final class RandomOperations {
    private static final List<DocumentKey> KEYS =
            List.of(DocumentKey.aware("a"), DocumentKey.aware("b"), DocumentKey.relay("a"), DocumentKey.relay("c"));
    private static final int GROUP_MAX = 12;

    private final Random random;
    /** What a well-informed owner believes; the operations err around it on purpose. */
    private final Map<DocumentKey, Long> epochs = new HashMap<>();

    private final Map<DocumentKey, Long> positions = new HashMap<>();

    RandomOperations(Random random) {
        this.random = random;
    }

    List<Function<DocumentStore, Future<?>>> nextGroup() {
        var group = new ArrayList<Function<DocumentStore, Future<?>>>();
        int size = 1 + random.nextInt(GROUP_MAX);
        for (int i = 0; i < size; i++) {
            group.add(next());
        }
        return group;
    }

    private Function<DocumentStore, Future<?>> next() {
        var key = KEYS.get(random.nextInt(KEYS.size()));
        long position = positions.getOrDefault(key, 0L);
        int dice = random.nextInt(100);
        if (dice < 12 || !epochs.containsKey(key)) {
            boolean create = random.nextInt(4) > 0;
            if (create) {
                epochs.merge(key, 1L, Long::sum);
            }
            return store -> store.claim(key, create);
        }
        long epoch = epochs.get(key) - (random.nextInt(8) == 0 ? 1 : 0);
        if (dice < 20) {
            long upTo = Math.max(1, position - random.nextInt(4) + random.nextInt(2));
            return store -> store.compact(key, epoch, ("up to " + upTo).getBytes(UTF_8), upTo);
        }
        if (dice < 24) {
            return store -> store.delete(key, epoch);
        }
        if (dice < 34) {
            return packing(key, epoch, Math.max(0, position - random.nextInt(12)), 2 + random.nextInt(5));
        }
        long first = Math.max(1, position + 1 + offset());
        var blobs = new ArrayList<byte[]>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            // The same text at the same place, so that going back is sometimes a repetition and sometimes a conflict.
            boolean odd = random.nextInt(15) == 0;
            blobs.add(((odd ? "odd " : "blob ") + (first + i)).getBytes(UTF_8));
        }
        positions.put(key, Math.max(position, first + count - 1));
        return store -> store.append(key, epoch, first, blobs);
    }

    /**
     * Packs some of what is there behind a position. Whether it comes too late, because of what goes on meanwhile, depends
     * on the store; that it changes nothing does not.
     */
    private static Function<DocumentStore, Future<?>> packing(DocumentKey key, long epoch, long after, int count) {
        return store -> store.read(key, epoch, after, 10_000)
                .compose(page -> {
                    var entries = new ArrayList<byte[]>();
                    long first =
                            page.entries().isEmpty() ? 0 : page.entries().get(0).position();
                    for (var entry : page.entries()) {
                        if (entries.size() < count && entry.position() == first + entries.size()) {
                            entries.add(entry.blob());
                        }
                    }
                    return entries.size() < 2
                            ? Future.<Void>succeededFuture()
                            : store.pack(
                                    key, epoch, new PackedEntries(first, entries.size(), HistoryBlock.encode(entries)));
                })
                .transform(done -> Future.succeededFuture());
    }

    private int offset() {
        return switch (random.nextInt(10)) {
            case 0 -> 1 + random.nextInt(5);
            case 1, 2 -> -1 - random.nextInt(4);
            default -> 0;
        };
    }

    /** Everything there is, as text. */
    List<String> contentOf(DocumentStore store) {
        var content = new ArrayList<String>();
        for (var kind : DocumentKind.values()) {
            for (var info : await(store.list(kind, "", "", 100))) {
                content.add(info.toString());
                var loaded = await(store.load(info.key(), info.epoch()));
                content.add(
                        loaded.snapshot().map(blob -> new String(blob, UTF_8)).orElse("no snapshot"));
                await(store.readAll(
                        info.key(),
                        info.epoch(),
                        0,
                        page -> page.forEach(
                                entry -> content.add(entry.position() + ": " + new String(entry.blob(), UTF_8)))));
            }
        }
        return content;
    }
}
