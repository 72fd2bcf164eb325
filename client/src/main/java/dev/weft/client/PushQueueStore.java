package dev.weft.client;

import io.vertx.core.Future;
import java.util.List;

/**
 * Keeps the unacknowledged edits of a relay client across restarts of the program (spec protocol P26). Needed only if
 * the document itself is not kept: what a kept document has and the room lacks is pushed anyway. Called on the client's
 * context, one call at a time. A failed call is reported as {@link dev.weft.client.event.ProblemKind#QUEUE_STORE_FAILED} and
 * made good by a {@link #replace} with the next edit; only a failed {@link #load} keeps the client from connecting.
 */
public interface PushQueueStore {
    /** Keeps nothing. */
    PushQueueStore NONE = new PushQueueStore() {
        @Override
        public Future<List<String>> load() {
            return Future.succeededFuture(List.of());
        }

        @Override
        public Future<Void> append(List<String> blobs) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> dropFirst(int count) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> replace(List<String> blobs) {
            return Future.succeededFuture();
        }
    };

    /** The blobs kept, in order. */
    Future<List<String>> load();

    /** These come to the end. */
    Future<Void> append(List<String> blobs);

    /** So many leave the front; the store holds at least as many. */
    Future<Void> dropFirst(int count);

    /** These in place of all. */
    Future<Void> replace(List<String> blobs);
}
