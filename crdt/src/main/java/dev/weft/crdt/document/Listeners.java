package dev.weft.crdt.document;

import dev.weft.crdt.change.Change;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Who wants to hear of a document's changes. Called on its thread, after its state is consistent. */
final class Listeners {
    // Copy-on-write because a listener may cancel itself, or edit the document and so be called again.
    private final List<Consumer<Change>> localChange = new CopyOnWriteArrayList<>();
    private final List<Runnable> update = new CopyOnWriteArrayList<>();

    Subscription onLocalChange(Consumer<Change> listener) {
        // Wrapped, so that cancelling removes this registration and not another one of the same listener.
        Consumer<Change> registration = listener::accept;
        localChange.add(registration);
        return () -> localChange.remove(registration);
    }

    Subscription onUpdate(Runnable listener) {
        Runnable registration = listener::run;
        update.add(registration);
        return () -> update.remove(registration);
    }

    boolean wantLocalChanges() {
        return !localChange.isEmpty();
    }

    void clear() {
        localChange.clear();
        update.clear();
    }

    /**
     * Calls everybody. What one throws is nothing to whoever edited the document or took changes in, whose work is done; as
     * an error that no caller can handle it goes to the thread's handler of those.
     */
    void notify(List<Change> localChanges, boolean updated) {
        for (Change change : localChanges) {
            localChange.forEach(listener -> attempt(() -> listener.accept(change)));
        }
        if (updated) {
            update.forEach(Listeners::attempt);
        }
    }

    private static void attempt(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException failure) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        }
    }
}
