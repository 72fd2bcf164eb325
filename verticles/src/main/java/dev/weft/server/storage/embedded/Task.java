package dev.weft.server.storage.embedded;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.StaleEpochException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Something a caller waits for. The promise is completed exactly once, by a thread of the store. */
abstract class Task<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Task.class);

    private final DocumentKey key;
    private final long chargedBytes;
    private final Promise<T> promise = Promise.promise();

    Task(DocumentKey key, long chargedBytes) {
        this.key = key;
        this.chargedBytes = chargedBytes;
    }

    /** Null for a task that concerns no single document. */
    final DocumentKey key() {
        return key;
    }

    /** What the task holds of the queue's bound until it is done. */
    final long chargedBytes() {
        return chargedBytes;
    }

    final Future<T> future() {
        return promise.future();
    }

    final void succeed(T result) {
        complete(() -> promise.complete(result));
    }

    final void fail(Throwable failure) {
        complete(() -> promise.fail(failure));
    }

    /** What callers without a context do with the result runs here; their faults must not stop the store. */
    private void complete(Runnable completion) {
        try {
            completion.run();
        } catch (RuntimeException e) {
            LOG.error("a caller of the store broke on the result for {}", key, e);
        }
    }

    static void fence(DocumentKey key, DocumentRecord record, long epoch) {
        if (record == null) {
            throw new DocumentNotFoundException(key);
        }
        if (record.epoch() != epoch) {
            throw new StaleEpochException(key, epoch, record.epoch());
        }
    }
}
