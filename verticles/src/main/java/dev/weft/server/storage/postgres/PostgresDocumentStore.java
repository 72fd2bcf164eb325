package dev.weft.server.storage.postgres;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.CallerContext;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.EntryPage;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.RunPage;
import dev.weft.server.storage.StoreLimits;
import dev.weft.server.storage.StoreListener;
import dev.weft.server.storage.StoreOpenException;
import dev.weft.server.storage.StoreOverloadedException;
import dev.weft.server.storage.StoreUnavailableException;
import dev.weft.server.storage.StoredDocument;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Documents in a PostgreSQL database that all nodes use. Writes go through a few lanes, each a connection with group commit
 * ({@link Lane}); reads use a pool beside them. Durable means: the server has committed, with {@code synchronous_commit} on.
 * Opening creates or migrates the schema.
 */
public final class PostgresDocumentStore implements DocumentStore {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresDocumentStore.class);
    static final int CONNECT_MILLIS_MAX = 2_000;

    private final Vertx vertx;
    private final PostgresStoreOptions options;
    private final StoreListener listener;
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicInteger queuedReads = new AtomicInteger();
    private final Promise<Void> closed = Promise.promise();
    private final List<Lane> lanes = new CopyOnWriteArrayList<>();
    private final List<String> deployments = new CopyOnWriteArrayList<>();
    private Pool pool;
    private volatile DocumentQueries queries;
    private volatile String logName = "";
    private volatile boolean closing;

    public PostgresDocumentStore(Vertx vertx, PostgresStoreOptions options) {
        this(vertx, options, StoreListener.NONE);
    }

    public PostgresDocumentStore(Vertx vertx, PostgresStoreOptions options, StoreListener listener) {
        this.vertx = vertx;
        this.options = options;
        this.listener = listener;
    }

    @Override
    public Future<Void> open() {
        return CallerContext.complete(() -> {
            if (queries != null || closing) {
                throw new StoreOpenException("a store is opened once", null);
            }
            var server = serverOptions();
            return vertx.<Void>executeBlocking(() -> {
                        SchemaMigration.run(server, options);
                        return null;
                    })
                    .compose(v -> connect(server))
                    .recover(e -> Future.failedFuture(
                            e instanceof StoreOpenException
                                    ? e
                                    : new StoreOpenException(
                                            "the database " + options + " cannot be used: " + e.getMessage(), e)));
        });
    }

    private PgConnectOptions serverOptions() {
        PgConnectOptions server;
        try {
            server = PgConnectOptions.fromUri(options.uri());
        } catch (IllegalArgumentException e) {
            throw new StoreOpenException("the address of the database is not understood: " + options, e);
        }
        return server.setCachePreparedStatements(true)
                .addProperty("search_path", options.schema())
                .addProperty("application_name", "weft")
                .addProperty("synchronous_commit", "on")
                // What the client gives up the server need not finish.
                .addProperty("statement_timeout", Long.toString(options.statementMillisMax()))
                .addProperty("idle_in_transaction_session_timeout", Long.toString(options.statementMillisMax()));
    }

    private Future<Void> connect(PgConnectOptions server) {
        pool = PgBuilder.pool()
                .with(new PoolOptions()
                        .setName("weft-store-reads-" + System.identityHashCode(this))
                        .setMaxSize(options.readConnections())
                        .setMaxWaitQueueSize(options.readQueueMax()))
                .with(new NetClientOptions().setConnectTimeout(CONNECT_MILLIS_MAX))
                .connectingTo(server)
                .using(vertx)
                .build();
        long patienceEndsNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.unavailableAfterMillis());
        var started = new ArrayList<Future<Void>>();
        for (int i = 0; i < options.lanes(); i++) {
            started.add(patiently(patienceEndsNanos, () -> startLane(server)));
        }
        DocumentQueries reads = new DocumentQueries(pool, options.statementMillisMax());
        return Future.all(started)
                .compose(v -> patiently(patienceEndsNanos, reads::logName))
                .map(name -> {
                    logName = name;
                    queries = reads;
                    return null;
                });
    }

    private Future<Void> startLane(PgConnectOptions server) {
        var lane = new Lane(options, server, bytes -> queuedBytes.addAndGet(-bytes), listener);
        return vertx.deployVerticle(lane)
                .onSuccess(id -> {
                    deployments.add(id);
                    lanes.add(lane);
                })
                .mapEmpty();
    }

    /** The migration has just seen the database, so one connection that fails or comes late says little of it. */
    private <T> Future<T> patiently(long patienceEndsNanos, Supplier<Future<T>> call) {
        return call.get().recover(e -> {
            if (closing || System.nanoTime() >= patienceEndsNanos) {
                return Future.failedFuture(e);
            }
            LOG.info("A connection to the database failed at the start; it is tried again: {}", e.toString());
            return vertx.timer(options.reconnectDelayMillisMax(), TimeUnit.MILLISECONDS)
                    .compose(v -> patiently(patienceEndsNanos, call));
        });
    }

    @Override
    public synchronized Future<Void> close() {
        if (!closing) {
            closing = true;
            var stopped = deployments.stream().map(vertx::undeploy).toList();
            Future.join(stopped)
                    .otherwiseEmpty()
                    .compose(v -> pool == null ? Future.succeededFuture() : pool.close())
                    .onComplete(closed);
        }
        return CallerContext.complete(closed::future);
    }

    @Override
    public boolean isShared() {
        return true;
    }

    /** Of the server's identity and the table's, so that a dump that was restored has another. */
    @Override
    public String logName() {
        return logName;
    }

    @Override
    public StoreLimits limits() {
        return options.limits();
    }

    /** What was accepted and is not durable yet. */
    public long queuedBytes() {
        return queuedBytes.get();
    }

    @Override
    public Future<Optional<DocumentInfo>> find(DocumentKey key) {
        return read(key, () -> queries.find(key));
    }

    @Override
    public Future<StoredDocument> load(DocumentKey key, long epoch) {
        return read(key, () -> queries.load(key, epoch));
    }

    @Override
    public Future<EntryPage> read(DocumentKey key, long epoch, long afterPosition, int bytesMax) {
        int bound = Math.min(bytesMax, options.limits().pageBytesMax());
        return readRuns(key, epoch, afterPosition, bound).map(page -> page.entriesAfter(key, afterPosition, bound));
    }

    @Override
    public Future<RunPage> readRuns(DocumentKey key, long epoch, long afterPosition, int bytesMax) {
        int bound = Math.min(bytesMax, options.limits().pageBytesMax());
        return read(key, () -> queries.read(key, epoch, afterPosition, bound));
    }

    @Override
    public Future<Void> pack(DocumentKey key, long epoch, PackedEntries entries) {
        return write(
                key,
                () -> new LaneTask.Pack(key, epoch, entries, options.limits().checkPack(entries)));
    }

    @Override
    public Future<List<DocumentInfo>> list(DocumentKind kind, String prefix, String after, int limit) {
        return CallerContext.complete(() -> {
            requireOpen();
            return queries.list(kind, prefix, after, limit);
        });
    }

    @Override
    public Future<Long> claim(DocumentKey key, boolean create) {
        return write(key, () -> new LaneTask.Claim(key, create, StoreLimits.ENTRY_OVERHEAD_BYTES));
    }

    @Override
    public Future<Void> append(DocumentKey key, long epoch, long firstPosition, List<byte[]> blobs) {
        return write(
                key,
                () -> new LaneTask.Append(
                        key,
                        epoch,
                        firstPosition,
                        List.copyOf(blobs),
                        options.limits().checkAppend(firstPosition, blobs)));
    }

    @Override
    public Future<Void> compact(DocumentKey key, long epoch, byte[] snapshot, long upToPosition) {
        return write(
                key,
                () -> new LaneTask.Compact(
                        key, epoch, snapshot, upToPosition, options.limits().checkCompact(snapshot, upToPosition)));
    }

    @Override
    public Future<Void> delete(DocumentKey key, long epoch) {
        return write(key, () -> new LaneTask.Delete(key, epoch, StoreLimits.ENTRY_OVERHEAD_BYTES));
    }

    private <T> Future<T> write(DocumentKey key, Supplier<LaneTask<T>> task) {
        return CallerContext.complete(() -> {
            options.limits().checkKey(key);
            requireOpen();
            var write = task.get();
            long queued = queuedBytes.addAndGet(write.chargedBytes());
            // A single task larger than the bound is let in when it is alone; else it could never be written.
            if (queued > options.limits().queueBytesMax() && queued > write.chargedBytes()) {
                queuedBytes.addAndGet(-write.chargedBytes());
                throw new StoreOverloadedException(
                        queued - write.chargedBytes(), options.limits().queueBytesMax());
            }
            laneOf(key).submit(write);
            return write.future();
        });
    }

    private <T> Future<T> read(DocumentKey key, Supplier<Future<T>> question) {
        return CallerContext.complete(() -> {
            options.limits().checkKey(key);
            requireOpen();
            if (queuedReads.incrementAndGet() > options.readQueueMax()) {
                queuedReads.decrementAndGet();
                throw new StoreUnavailableException("more than " + options.readQueueMax() + " reads are waiting", null);
            }
            var task = new LaneTask.Read<>(key, question);
            laneOf(key).submit(task);
            return task.future().onComplete(v -> queuedReads.decrementAndGet());
        });
    }

    private Lane laneOf(DocumentKey key) {
        return lanes.get(Math.floorMod(key.hashCode(), lanes.size()));
    }

    private void requireOpen() {
        if (closing || queries == null) {
            throw new StoreUnavailableException("the store is not open", null);
        }
    }
}
