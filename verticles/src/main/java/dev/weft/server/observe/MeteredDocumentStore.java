package dev.weft.server.observe;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.EntryPage;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.RunPage;
import dev.weft.server.storage.StoreLimits;
import dev.weft.server.storage.StoredDocument;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** A store that is watched from outside: how long each call takes, how many fail, how much waits to become durable. */
public class MeteredDocumentStore implements DocumentStore {
    private enum Operation {
        FIND,
        CLAIM,
        LOAD,
        READ,
        APPEND,
        COMPACT,
        PACK,
        DELETE,
        LIST
    }

    private final DocumentStore store;
    private final ServerMetrics metrics;
    private final Map<Operation, Timer> timers = new EnumMap<>(Operation.class);
    private final Map<Operation, Counter> failures = new EnumMap<>(Operation.class);
    private final Counter bytesAppended;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong pendingBytes = new AtomicLong();

    public MeteredDocumentStore(DocumentStore store, ServerMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
        for (Operation operation : Operation.values()) {
            String name = operation.name().toLowerCase(Locale.ROOT);
            timers.put(operation, metrics.timer("weft.store.call", "operation", name));
            failures.put(operation, metrics.counter("weft.store.failures", "operation", name));
        }
        bytesAppended = metrics.counter("weft.store.appended");
        metrics.gauge("weft.store.pending", pending::get);
        metrics.gauge("weft.store.pending.bytes", pendingBytes::get);
    }

    private <T> Future<T> timed(Operation operation, DocumentKey key, long epoch, Supplier<Future<T>> call) {
        long start = metrics.nanoTime();
        pending.incrementAndGet();
        return call.get().onComplete(done -> {
            pending.decrementAndGet();
            long nanos = metrics.nanoTime() - start;
            timers.get(operation).record(nanos, TimeUnit.NANOSECONDS);
            if (done.failed()) {
                failures.get(operation).increment();
            }
            if (key != null) {
                metrics.slow().store(operation.name().toLowerCase(Locale.ROOT), key, epoch, nanos);
            }
        });
    }

    @Override
    public Future<Void> open() {
        return store.open();
    }

    @Override
    public Future<Void> close() {
        return store.close();
    }

    @Override
    public boolean isShared() {
        return store.isShared();
    }

    @Override
    public String logName() {
        return store.logName();
    }

    @Override
    public StoreLimits limits() {
        return store.limits();
    }

    @Override
    public Future<Optional<DocumentInfo>> find(DocumentKey key) {
        return timed(Operation.FIND, key, 0, () -> store.find(key));
    }

    @Override
    public Future<Long> claim(DocumentKey key, boolean create) {
        return timed(Operation.CLAIM, key, 0, () -> store.claim(key, create));
    }

    @Override
    public Future<StoredDocument> load(DocumentKey key, long epoch) {
        return timed(Operation.LOAD, key, epoch, () -> store.load(key, epoch));
    }

    @Override
    public Future<EntryPage> read(DocumentKey key, long epoch, long afterPosition, int bytesMax) {
        return timed(Operation.READ, key, epoch, () -> store.read(key, epoch, afterPosition, bytesMax));
    }

    @Override
    public Future<RunPage> readRuns(DocumentKey key, long epoch, long afterPosition, int bytesMax) {
        return timed(Operation.READ, key, epoch, () -> store.readRuns(key, epoch, afterPosition, bytesMax));
    }

    @Override
    public Future<Void> append(DocumentKey key, long epoch, long firstPosition, List<byte[]> blobs) {
        long bytes = 0;
        for (byte[] blob : blobs) {
            bytes += blob.length;
        }
        long appended = bytes;
        pendingBytes.addAndGet(appended);
        return timed(Operation.APPEND, key, epoch, () -> store.append(key, epoch, firstPosition, blobs))
                .onComplete(done -> {
                    pendingBytes.addAndGet(-appended);
                    if (done.succeeded()) {
                        bytesAppended.increment(appended);
                    }
                });
    }

    @Override
    public Future<Void> compact(DocumentKey key, long epoch, byte[] snapshot, long upToPosition) {
        return timed(Operation.COMPACT, key, epoch, () -> store.compact(key, epoch, snapshot, upToPosition));
    }

    @Override
    public Future<Void> pack(DocumentKey key, long epoch, PackedEntries entries) {
        return timed(Operation.PACK, key, epoch, () -> store.pack(key, epoch, entries));
    }

    @Override
    public Future<Void> delete(DocumentKey key, long epoch) {
        return timed(Operation.DELETE, key, epoch, () -> store.delete(key, epoch));
    }

    @Override
    public Future<List<DocumentInfo>> list(DocumentKind kind, String prefix, String after, int limit) {
        return timed(Operation.LIST, null, 0, () -> store.list(kind, prefix, after, limit));
    }
}
