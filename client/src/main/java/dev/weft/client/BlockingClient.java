package dev.weft.client;

import dev.weft.client.event.ConnectionStatus;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Subscription;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A client for programs without an event loop: every method waits for what it starts, and throws a {@link
 * CompletionException} when that takes longer than the patience given or the thread is interrupted. What it started goes
 * on then. Any thread but an event loop's may call any method. Owns the event loop it runs on.
 */
public final class BlockingClient implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final DocumentClient client;
    private final Duration patience;

    private BlockingClient(Vertx vertx, DocumentClient client, Duration patience) {
        this.vertx = vertx;
        this.client = client;
        this.patience = patience;
    }

    /**
     * A client of a server that understands changes, not connected yet. Touch the document only through this client from
     * here on.
     *
     * @param patience how long each method waits before it throws
     */
    public static BlockingClient sync(Document document, ClientOptions options, Duration patience) {
        Vertx vertx = Vertx.vertx();
        return new BlockingClient(vertx, SyncClient.create(vertx, document, options), patience);
    }

    /** A client of a relay; see {@link #sync}. */
    public static BlockingClient relay(Document document, ClientOptions options, Duration patience) {
        Vertx vertx = Vertx.vertx();
        return new BlockingClient(vertx, RelayClient.create(vertx, document, options), patience);
    }

    /** The client behind this one, for listeners. */
    public DocumentClient client() {
        return client;
    }

    /** @return false if the server could not be reached; the client goes on trying */
    public boolean connect() {
        return await("connected", client.connect());
    }

    public void disconnect() {
        await("disconnected", client.disconnect());
    }

    public ConnectionStatus status() {
        return client.status();
    }

    /** Reads from the document. What is returned must not be tied to it. */
    public <T> T read(Function<? super Document, ? extends T> action) {
        return await("read", client.<T>execute(action));
    }

    /** Edits as one transaction, and waits until that is part of the document. Throws what the action throws. */
    public void edit(Consumer<? super Document> action) {
        await("edited", client.edit(action).applied());
    }

    /**
     * Edits as one transaction, and waits until that is durable at the server. Throws what the action throws; when it is not
     * durable in time it is part of the document all the same, and delivered later.
     *
     * @throws DurabilityUnknownException if the server cannot tell
     */
    public void editDurably(Consumer<? super Document> action) {
        await("durable", client.edit(action).durable());
    }

    /**
     * Waits until the document is as wanted, looking again whenever it changes.
     *
     * @param condition looks at this client's document only, on its event loop, and must not wait
     */
    public void awaitUntil(Predicate<? super Document> condition) {
        Promise<Void> promise = Promise.promise();
        Subscription[] subscription = new Subscription[1];
        await("watched", client.execute(document -> {
            subscription[0] = document.onUpdate(() -> check(document, condition, promise));
            check(document, condition, promise);
            return null;
        }));
        try {
            await("as wanted", promise.future());
        } finally {
            await("unwatched", client.execute(document -> {
                subscription[0].cancel();
                return null;
            }));
        }
    }

    private static void check(Document document, Predicate<? super Document> condition, Promise<Void> promise) {
        try {
            if (condition.test(document)) {
                promise.tryComplete();
            }
        } catch (RuntimeException e) {
            promise.tryFail(e);
        }
    }

    @Override
    public void close() {
        await("closed", CLOSE_TIMEOUT, client.close().eventually(vertx::close));
    }

    private <T> T await(String what, Future<T> future) {
        return await(what, patience, future);
    }

    private static <T> T await(String what, Duration patience, Future<T> future) {
        if (Context.isOnEventLoopThread()) {
            throw new IllegalStateException(
                    "Called on an event loop, which must not wait: by an action or condition handed to"
                            + " a client, or where SyncClient or RelayClient are the ones to use");
        }
        try {
            return future.toCompletionStage().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new CompletionException("Not " + what + " within " + patience, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                // The application's own exception, or one that names the outcome.
                throw failure;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException("Interrupted before " + what, e);
        }
    }
}
