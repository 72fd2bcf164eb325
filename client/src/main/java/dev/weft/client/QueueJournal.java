package dev.weft.client;

import dev.weft.client.sync.Effect;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Writes the queue of a relay client to its store, one call after the other. Confined to the client's context. When the
 * store cannot keep up, single steps are given up for one rewrite of the whole queue.
 */
final class QueueJournal {
    private static final int PENDING_MAX = 64;

    private final PushQueueStore store;
    private final Supplier<List<String>> wholeQueue;
    private Future<Void> last = Future.succeededFuture();
    private int pending;
    private boolean rewriteWanted;

    /** @param wholeQueue what the store should hold by now */
    QueueJournal(PushQueueStore store, Supplier<List<String>> wholeQueue) {
        this.store = store;
        this.wholeQueue = wholeQueue;
    }

    static QueueJournal none() {
        return new QueueJournal(PushQueueStore.NONE, List::of);
    }

    void perform(Effect effect, Consumer<Throwable> onFailure) {
        if (store == PushQueueStore.NONE || rewriteWanted) {
            return;
        }
        if (pending >= PENDING_MAX) {
            rewriteWanted = true;
            enqueue(
                    () -> {
                        rewriteWanted = false;
                        return store.replace(wholeQueue.get());
                    },
                    onFailure);
        } else {
            enqueue(() -> step(effect), onFailure);
        }
    }

    private Future<Void> step(Effect effect) {
        if (effect instanceof Effect.QueueAppended appended) {
            return store.append(appended.blobs());
        } else if (effect instanceof Effect.QueueDropped dropped) {
            return store.dropFirst(dropped.count());
        } else if (effect instanceof Effect.QueueReplaced replaced) {
            return store.replace(replaced.blobs());
        }
        throw new AssertionError(effect);
    }

    private void enqueue(Supplier<Future<Void>> step, Consumer<Throwable> onFailure) {
        pending++;
        last = last.transform(before -> step.get()).onComplete(answer -> {
            pending--;
            if (answer.failed()) {
                // The next step would build on what is not there.
                rewriteWanted = false;
                onFailure.accept(answer.cause());
            }
        });
    }
}
