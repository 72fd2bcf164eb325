package dev.weft.client;

import dev.weft.client.sync.Effect;
import dev.weft.client.sync.RelayState;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.protocol.codec.WireMode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Keeps a document in sync through a relay, which stores blobs and understands none of them. An edit is durable once the
 * relay acknowledged it, with any relay.
 *
 * <p>See {@link DocumentClient} for threads and {@link RelayState} for what is sent when.
 */
public final class RelayClient extends DocumentClient {
    private final RelayState state;
    private final Future<Void> restored;

    private RelayClient(Vertx vertx, Document document, ClientOptions options, PushQueueStore store) {
        super(
                vertx,
                document,
                options,
                WireMode.RELAY,
                store,
                replica -> new RelayState(options.session(), replica, options.random()));
        this.state = (RelayState) driver().state();
        this.restored = restore(store);
    }

    /** A client that is not connected yet and keeps no queue of its own; see {@link #create(Vertx, Document,
     * ClientOptions, PushQueueStore)}. */
    public static RelayClient create(Vertx vertx, Document document, ClientOptions options) {
        return create(vertx, document, options, PushQueueStore.NONE);
    }

    /**
     * A client that is not connected yet.
     *
     * @param store keeps unacknowledged edits for a program whose document is not kept; read before connecting
     */
    public static RelayClient create(Vertx vertx, Document document, ClientOptions options, PushQueueStore store) {
        return new RelayClient(vertx, document, options, store);
    }

    private Future<Void> restore(PushQueueStore store) {
        Promise<Void> promise = driver().promise();
        driver().onContext(() -> store.load().onComplete(loaded -> driver().onContext(() -> {
            if (loaded.succeeded()) {
                journal().restored(loaded.result());
                driver().input(now -> state.restore(loaded.result(), now));
                promise.complete();
            } else {
                promise.fail(loaded.cause());
            }
        })));
        return promise.future();
    }

    /** Fails if the stored queue cannot be read: edits of an earlier run would be missing without a word. */
    @Override
    public Future<Boolean> connect() {
        return restored.compose(ready -> super.connect());
    }

    /** Edits the relay has not acknowledged. */
    public Future<Integer> pendingChanges() {
        return execute(document -> state.pendingChanges());
    }

    /** The number up to which this client holds the room's log. */
    public Future<Long> lastKnownSeq() {
        return execute(document -> state.lastKnownSeq());
    }

    @Override
    List<Effect> localChange(Change change, long now) {
        return state.localChange(change, now);
    }

    @Override
    List<Effect> syncRequest(long now) {
        return state.requestSync(now);
    }
}
