package dev.weft.bench;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedStoreOptions;
import dev.weft.server.storage.postgres.PostgresDocumentStore;
import dev.weft.server.storage.postgres.PostgresStoreOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Durable appends through a store, as document owners make them: many documents on a few event loops, each document with one append
 * in flight at a time.
 *
 * <p>Arguments, as {@code name=value}: {@code store} (memory, embedded or postgres), {@code folder} (for
 * embedded), {@code uri} and {@code lanes} (for postgres),
 * {@code documents}, {@code writers} (documents that write at once; the rest are idle), {@code blob} (bytes), {@code group}
 * (blobs per append), {@code seconds}. With {@code load=N}, a single document of N blobs is written and then read instead.
 */
public final class StoreBench {
    private static final int WARM_UP_SECONDS = 3;

    private final DocumentStore store;
    private final BenchArguments arguments;
    private final List<Writer> writers = new ArrayList<>();
    private volatile boolean running = true;
    private volatile boolean measuring;

    private StoreBench(DocumentStore store, BenchArguments arguments) {
        this.store = store;
        this.arguments = arguments;
    }

    public static void main(String[] args) throws Exception {
        var arguments = new BenchArguments(args);
        var vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        try {
            var store = storeOf(vertx, arguments);
            await(store.open());
            if (arguments.number("load", 0) > 0) {
                load(store, arguments);
            } else {
                new StoreBench(store, arguments).run(vertx);
            }
            await(store.close());
        } finally {
            await(vertx.close());
        }
    }

    private static DocumentStore storeOf(Vertx vertx, BenchArguments arguments) {
        var name = arguments.text("store", "embedded");
        return switch (name) {
            case "memory" -> InMemoryDocumentStore.unshared();
            case "embedded" ->
                new EmbeddedDocumentStore(
                        EmbeddedStoreOptions.in(Path.of(arguments.text("folder", "target/store-bench"))));
            case "postgres" ->
                new PostgresDocumentStore(
                        vertx,
                        PostgresStoreOptions.at(arguments.text("uri", "postgresql://weft@127.0.0.1/weft"))
                                .withLanes(arguments.number("lanes", 2)));
            default -> throw new IllegalArgumentException("no such store: " + name);
        };
    }

    private static void load(DocumentStore store, BenchArguments arguments) throws InterruptedException {
        int count = arguments.number("load", 0);
        int group = 500;
        var key = DocumentKey.aware("long-document");
        long epoch = await(store.claim(key, true));
        long position = await(store.find(key)).orElseThrow().lastPosition();
        var random = new Random(1);
        for (int written = 0; written < count; written += group) {
            var blobs = new ArrayList<byte[]>();
            for (int i = 0; i < group; i++) {
                blobs.add(blob(random, arguments.number("blob", 200)));
            }
            await(store.append(key, epoch, position + 1, blobs));
            position += group;
        }
        for (int round = 0; round < 3; round++) {
            var found = new AtomicInteger();
            long began = System.nanoTime();
            await(store.readAll(key, epoch, 0, page -> found.addAndGet(page.size())));
            System.out.printf(
                    "store=%s: %,d entries read in %.0f ms%n",
                    arguments.text("store", "embedded"), found.get(), (System.nanoTime() - began) / 1e6);
        }
    }

    /** Half of it text, half noise: about as compressible as changes are. */
    private static byte[] blob(Random random, int bytes) {
        var blob = new byte[bytes];
        for (int i = 0; i < blob.length; i++) {
            blob[i] = (byte) (i % 2 == 0 ? 'a' + i % 7 : random.nextInt());
        }
        return blob;
    }

    private void run(Vertx vertx) throws InterruptedException {
        int documents = arguments.number("documents", 1000);
        int active = arguments.number("writers", 256);
        int seconds = arguments.number("seconds", 10);
        var contexts = new ArrayList<Context>();
        for (int i = 0; i < 2; i++) {
            contexts.add(newContext(vertx));
        }
        var claims = new ArrayList<Future<Long>>();
        for (int i = 0; i < documents; i++) {
            var key = DocumentKey.aware("document-" + i);
            claims.add(store.claim(key, true));
        }
        await(Future.all(claims));
        for (int i = 0; i < active; i++) {
            writers.add(new Writer(i, contexts.get(i % 2), documents / active, active, claims));
        }
        await(Future.all(writers.stream().map(Writer::prepare).toList()));
        writers.forEach(writer -> writer.context.runOnContext(v -> writer.next()));
        TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
        measuring = true;
        long began = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        measuring = false;
        double elapsed = (System.nanoTime() - began) / 1e9;
        running = false;
        var stopped = new CountDownLatch(writers.size());
        writers.forEach(writer -> writer.whenStopped(stopped));
        stopped.await();
        report(elapsed);
    }

    private void report(double elapsed) {
        var latencies = new Latencies();
        writers.forEach(writer -> latencies.add(writer.latencies));
        int group = arguments.number("group", 1);
        System.out.printf(
                "store=%s documents=%d writers=%d blob=%d group=%d: %,.0f changes/s, ack p50 %.2f ms, p99 %.2f ms, max %.1f ms%n",
                arguments.text("store", "embedded"),
                arguments.number("documents", 1000),
                writers.size(),
                arguments.number("blob", 200),
                group,
                latencies.count() * (double) group / elapsed,
                latencies.millis(0.5),
                latencies.millis(0.99),
                latencies.millis(1));
    }

    private static Context newContext(Vertx vertx) throws InterruptedException {
        // Each deployment gets a context of its own, on the next event loop.
        var found = new Context[1];
        await(vertx.deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                found[0] = context;
                return Future.succeededFuture();
            }
        }));
        return found[0];
    }

    private static <T> T await(Future<T> future) throws InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Appends to its documents in turn, one append at a time. Confined to its context. */
    private final class Writer {
        private final Context context;
        private final List<DocumentKey> keys = new ArrayList<>();
        private final List<Long> epochs = new ArrayList<>();
        private final long[] positions;
        private final Latencies latencies = new Latencies();
        private final List<byte[]> blobs = new ArrayList<>();
        private int turn;
        private CountDownLatch stopped;
        private boolean idle;

        Writer(int number, Context context, int documents, int stride, List<Future<Long>> claims) {
            this.context = context;
            for (int i = 0; i < Math.max(1, documents); i++) {
                int document = number + i * stride;
                keys.add(DocumentKey.aware("document-" + document));
                epochs.add(claims.get(document).result());
            }
            positions = new long[keys.size()];
            var random = new Random(number);
            for (int i = 0; i < arguments.number("group", 1); i++) {
                blobs.add(blob(random, arguments.number("blob", 200)));
            }
        }

        Future<?> prepare() {
            var found = new ArrayList<Future<?>>();
            for (int i = 0; i < keys.size(); i++) {
                int index = i;
                found.add(store.find(keys.get(i))
                        .onSuccess(info -> positions[index] = info.orElseThrow().lastPosition()));
            }
            return Future.all(found);
        }

        void next() {
            if (!running) {
                idle = true;
                signal();
                return;
            }
            turn = (turn + 1) % keys.size();
            int index = turn;
            long began = System.nanoTime();
            store.append(keys.get(index), epochs.get(index), positions[index] + 1, blobs)
                    .onComplete(outcome -> {
                        if (outcome.failed()) {
                            throw new IllegalStateException(outcome.cause());
                        }
                        positions[index] += blobs.size();
                        if (measuring) {
                            latencies.add(System.nanoTime() - began);
                        }
                        // Not from here: a store that completes at once would make this a recursion.
                        context.runOnContext(v -> next());
                    });
        }

        void whenStopped(CountDownLatch latch) {
            context.runOnContext(v -> {
                stopped = latch;
                signal();
            });
        }

        private void signal() {
            if (idle && stopped != null) {
                stopped.countDown();
            }
        }
    }
}
