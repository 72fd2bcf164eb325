package dev.weft.server.storage;

import dev.weft.crdt.clock.WallClock;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Keeps documents on the heap: for tests and throw-away rooms. What is "durable" here is the {@link Contents}; stores
 * over the same contents behave like nodes over one shared store, and a store closed and opened again like a node that
 * was restarted. Futures are complete when they are returned.
 */
public final class InMemoryDocumentStore implements DocumentStore {
    /** The documents themselves. Its monitor guards everything below it. */
    public static final class Contents {
        private final Map<DocumentKey, InMemoryLog> logs = new HashMap<>();
    }

    private final Contents contents;
    private final boolean shared;
    private final StoreLimits limits;
    private final LongSupplier leastEpoch;
    private boolean open;

    private InMemoryDocumentStore(Contents contents, boolean shared, StoreLimits limits, LongSupplier leastEpoch) {
        this.contents = contents;
        this.shared = shared;
        this.limits = limits;
        this.leastEpoch = leastEpoch;
    }

    /** A store of its own, which does not claim to be shared. */
    public static InMemoryDocumentStore unshared() {
        return new InMemoryDocumentStore(new Contents(), false, StoreLimits.defaults(), () -> 0);
    }

    /**
     * A store for one node of a cluster whose nodes share none. Epochs are no lower than the time in milliseconds: if
     * every such store counted from 1, an owner could take its predecessor's epoch, and the links their positions in the
     * old log, for its own.
     */
    public static InMemoryDocumentStore perNode(WallClock clock) {
        return new InMemoryDocumentStore(new Contents(), false, StoreLimits.defaults(), clock::millis);
    }

    /** One of several stores, in one JVM, over the same documents. */
    public static InMemoryDocumentStore over(Contents contents) {
        return new InMemoryDocumentStore(contents, true, StoreLimits.defaults(), () -> 0);
    }

    /** As {@link #over(Contents)}, with other bounds. */
    public static InMemoryDocumentStore over(Contents contents, StoreLimits limits) {
        return new InMemoryDocumentStore(contents, true, limits, () -> 0);
    }

    @Override
    public Future<Void> open() {
        synchronized (contents) {
            open = true;
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> close() {
        synchronized (contents) {
            open = false;
        }
        return Future.succeededFuture();
    }

    @Override
    public boolean isShared() {
        return shared;
    }

    @Override
    public StoreLimits limits() {
        return limits;
    }

    @Override
    public Future<Optional<DocumentInfo>> find(DocumentKey key) {
        return locked(key, () -> {
            var log = contents.logs.get(key);
            return log == null || !log.exists() ? Optional.empty() : Optional.of(log.info());
        });
    }

    @Override
    public Future<Long> claim(DocumentKey key, boolean create) {
        return locked(key, () -> {
            var log = contents.logs.get(key);
            if (log == null || !log.exists()) {
                if (!create) {
                    throw new DocumentNotFoundException(key);
                }
                log = contents.logs.computeIfAbsent(key, InMemoryLog::new);
            }
            return log.claim(leastEpoch.getAsLong());
        });
    }

    @Override
    public Future<StoredDocument> load(DocumentKey key, long epoch) {
        return locked(key, () -> fenced(key, epoch).load());
    }

    @Override
    public Future<EntryPage> read(DocumentKey key, long epoch, long afterPosition, int bytesMax) {
        int bound = Math.min(bytesMax, limits.pageBytesMax());
        return readRuns(key, epoch, afterPosition, bound).map(page -> page.entriesAfter(key, afterPosition, bound));
    }

    @Override
    public Future<RunPage> readRuns(DocumentKey key, long epoch, long afterPosition, int bytesMax) {
        return locked(key, () -> fenced(key, epoch).read(afterPosition, Math.min(bytesMax, limits.pageBytesMax())));
    }

    @Override
    public Future<Void> pack(DocumentKey key, long epoch, PackedEntries entries) {
        return locked(key, () -> {
            limits.checkPack(entries);
            fenced(key, epoch).pack(entries);
            return null;
        });
    }

    @Override
    public Future<Void> append(DocumentKey key, long epoch, long firstPosition, List<byte[]> blobs) {
        return locked(key, () -> {
            limits.checkAppend(firstPosition, blobs);
            fenced(key, epoch).append(firstPosition, blobs);
            return null;
        });
    }

    @Override
    public Future<Void> compact(DocumentKey key, long epoch, byte[] snapshot, long upToPosition) {
        return locked(key, () -> {
            limits.checkCompact(snapshot, upToPosition);
            fenced(key, epoch).compact(snapshot, upToPosition);
            return null;
        });
    }

    @Override
    public Future<Void> delete(DocumentKey key, long epoch) {
        return locked(key, () -> {
            var log = contents.logs.get(key);
            if (log == null) {
                throw new DocumentNotFoundException(key);
            }
            log.fence(epoch);
            log.delete();
            return null;
        });
    }

    @Override
    public Future<List<DocumentInfo>> list(DocumentKind kind, String prefix, String after, int limit) {
        return locked(() -> {
            var found = new ArrayList<DocumentInfo>();
            for (var log : contents.logs.values()) {
                var id = log.key().id();
                if (log.exists()
                        && log.key().kind() == kind
                        && id.startsWith(prefix)
                        && CODE_POINT_ORDER.compare(id, after) > 0) {
                    found.add(log.info());
                }
            }
            found.sort(Comparator.comparing(info -> info.key().id(), CODE_POINT_ORDER));
            return List.copyOf(found.subList(0, Math.min(Math.max(limit, 0), found.size())));
        });
    }

    /** The order of UTF-8 bytes; {@link String#compareTo} differs where surrogates meet U+E000 and above. */
    private static final Comparator<String> CODE_POINT_ORDER = (a, b) -> {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            if (a.charAt(i) != b.charAt(i)) {
                return Integer.compare(orderOf(a.charAt(i)), orderOf(b.charAt(i)));
            }
        }
        return Integer.compare(a.length(), b.length());
    };

    private static int orderOf(char c) {
        return Character.isSurrogate(c) ? c + 0x10000 : c;
    }

    private InMemoryLog fenced(DocumentKey key, long epoch) {
        var log = contents.logs.get(key);
        if (log == null) {
            throw new DocumentNotFoundException(key);
        }
        log.fence(epoch);
        if (!log.exists()) {
            throw new DocumentNotFoundException(key);
        }
        return log;
    }

    private <T> Future<T> locked(DocumentKey key, Supplier<T> body) {
        return locked(() -> {
            limits.checkKey(key);
            return body.get();
        });
    }

    private <T> Future<T> locked(Supplier<T> body) {
        return CallerContext.complete(() -> {
            synchronized (contents) {
                if (!open) {
                    throw new StoreUnavailableException("the store is not open", null);
                }
                return Future.succeededFuture(body.get());
            }
        });
    }
}
