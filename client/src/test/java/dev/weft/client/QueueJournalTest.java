package dev.weft.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.sync.Effect;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueueJournalTest {
    /** A file that answers when the test says so. */
    private static final class SlowStore implements PushQueueStore {
        final List<String> kept = new ArrayList<>();
        final ArrayDeque<Promise<Void>> unanswered = new ArrayDeque<>();
        final ArrayDeque<Runnable> changes = new ArrayDeque<>();
        int calls;

        private Future<Void> call(Runnable change) {
            calls++;
            Promise<Void> answer = Promise.promise();
            unanswered.add(answer);
            changes.add(change);
            return answer.future();
        }

        void succeed() {
            changes.remove().run();
            unanswered.remove().complete();
        }

        void succeedAll() {
            while (!unanswered.isEmpty()) {
                succeed();
            }
        }

        void fail() {
            changes.remove();
            unanswered.remove().fail("disk full");
        }

        @Override
        public Future<List<String>> load() {
            return Future.succeededFuture(List.copyOf(kept));
        }

        @Override
        public Future<Void> append(List<String> blobs) {
            return call(() -> kept.addAll(blobs));
        }

        @Override
        public Future<Void> dropFirst(int count) {
            return call(() -> kept.subList(0, count).clear());
        }

        @Override
        public Future<Void> replace(List<String> blobs) {
            return call(() -> {
                kept.clear();
                kept.addAll(blobs);
            });
        }
    }

    private final SlowStore store = new SlowStore();
    private final QueueJournal journal = new QueueJournal(store);
    private final List<Throwable> failures = new ArrayList<>();

    private void append(String... blobs) {
        journal.perform(new Effect.QueueAppended(List.of(blobs)), failures::add);
    }

    private void drop(int count) {
        journal.perform(new Effect.QueueDropped(count), failures::add);
    }

    @Test
    void tellsTheStoreOneStepAfterTheOther() {
        append("a");
        append("b", "c");
        drop(1);
        assertThat(store.calls).isEqualTo(1);
        store.succeedAll();
        assertThat(store.kept).containsExactly("b", "c");
        journal.perform(new Effect.QueueReplaced(List.of("d")), failures::add);
        store.succeedAll();
        assertThat(store.kept).containsExactly("d");
        assertThat(failures).isEmpty();
    }

    // With single steps the drop, which is about the blob that was not stored, would take the other one away.
    @Test
    void writesTheWholeQueueAfterAFailure() {
        append("a");
        append("b");
        drop(1);
        store.fail();
        assertThat(failures).hasSize(1);
        store.succeedAll();
        assertThat(store.kept).containsExactly("b");
        append("c");
        store.fail();
        append("d");
        store.fail();
        append("e");
        store.succeedAll();
        assertThat(store.kept).containsExactly("b", "c", "d", "e");
    }

    @Test
    void writesTheWholeQueueToAStoreThatCannotKeepUp() {
        store.kept.add("before");
        journal.restored(List.of("before"));
        List<String> all = new ArrayList<>(List.of("before"));
        for (int i = 0; i < 3 * QueueJournal.PENDING_MAX; i++) {
            append("x" + i);
            all.add("x" + i);
        }
        store.succeed();
        append("late");
        all.add("late");
        store.succeedAll();
        assertThat(store.kept).isEqualTo(all);
        assertThat(store.calls).isLessThan(QueueJournal.PENDING_MAX);
    }
}
