package dev.weft.client;

import dev.weft.client.sync.Effect;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes the queue of a relay client to its store, one call after the other. Confined to the client's context.
 *
 * <p>When a call failed, or the store cannot keep up, the next call rewrites the whole queue: single steps on top of a step
 * that is missing would drop the wrong edits.
 */
final class QueueJournal {
    /** Steps that wait for the store; more are given up for a rewrite. */
    static final int PENDING_MAX = 64;

    private final PushQueueStore store;
    /** What the store should hold by now. As long as the queue, and before the first welcome what was restored besides. */
    private final ArrayDeque<String> wanted = new ArrayDeque<>();

    private Future<Void> last = Future.succeededFuture();
    private int pending;
    /** How many steps there were, and how many of them the store was told of. */
    private long steps;

    private long told;
    private boolean rewriteWanted;

    QueueJournal(PushQueueStore store) {
        this.store = store;
    }

    /** The store held these when the client began. */
    void restored(List<String> blobs) {
        for (int i = blobs.size() - 1; i >= 0; i--) {
            wanted.addFirst(blobs.get(i));
        }
    }

    void perform(Effect effect, Consumer<Throwable> onFailure) {
        if (store == PushQueueStore.NONE) {
            return;
        }
        note(effect);
        long step = ++steps;
        if (pending >= PENDING_MAX) {
            // One of those that wait will do it.
            rewriteWanted = true;
            return;
        }
        pending++;
        last = last.transform(before -> tell(step, effect)).onComplete(answer -> {
            pending--;
            if (answer.failed()) {
                rewriteWanted = true;
                onFailure.accept(answer.cause());
            }
        });
    }

    private void note(Effect effect) {
        if (effect instanceof Effect.QueueAppended appended) {
            wanted.addAll(appended.blobs());
        } else if (effect instanceof Effect.QueueDropped dropped) {
            for (int i = 0; i < dropped.count(); i++) {
                wanted.poll();
            }
        } else if (effect instanceof Effect.QueueReplaced replaced) {
            wanted.clear();
            wanted.addAll(replaced.blobs());
        } else {
            throw new AssertionError(effect);
        }
    }

    private Future<Void> tell(long step, Effect effect) {
        if (rewriteWanted) {
            rewriteWanted = false;
            told = steps;
            return store.replace(new ArrayList<>(wanted));
        }
        if (step <= told) {
            return Future.succeededFuture();
        }
        told = step;
        if (effect instanceof Effect.QueueAppended appended) {
            return store.append(appended.blobs());
        } else if (effect instanceof Effect.QueueDropped dropped) {
            return store.dropFirst(dropped.count());
        }
        return store.replace(((Effect.QueueReplaced) effect).blobs());
    }
}
