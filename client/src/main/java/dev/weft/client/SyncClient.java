package dev.weft.client;

import dev.weft.client.sync.Effect;
import dev.weft.client.sync.SyncState;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.protocol.codec.WireMode;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Keeps a document in sync with a server that understands changes: a Weft gateway or a stock Dart server. Offline edits
 * are delivered with the next connection, and nothing is lost or sent twice, however often the connection is.
 *
 * <p>See {@link DocumentClient} for threads and {@link SyncState} for what is sent when.
 */
public final class SyncClient extends DocumentClient {
    private final SyncState state;

    private SyncClient(Vertx vertx, Document document, ClientOptions options) {
        super(
                vertx,
                document,
                options,
                WireMode.AWARE,
                PushQueueStore.NONE,
                replica -> new SyncState(options.session(), replica, options.random()));
        this.state = (SyncState) driver().state();
    }

    /**
     * A client that is not connected yet. Created on an event loop context it uses that one, otherwise one of its own.
     *
     * @param document load its history before the first edit; one peer id must have one writer at a time
     */
    public static SyncClient create(Vertx vertx, Document document, ClientOptions options) {
        return new SyncClient(vertx, document, options);
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
