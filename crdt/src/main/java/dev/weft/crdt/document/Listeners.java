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

    /** Calls everybody, and then throws the first exception of a listener with the others suppressed in it. */
    void notify(List<Change> localChanges, boolean updated) {
        RuntimeException failure = null;
        for (Change change : localChanges) {
            for (Consumer<Change> listener : localChange) {
                failure = attempt(() -> listener.accept(change), failure);
            }
        }
        if (updated) {
            for (Runnable listener : update) {
                failure = attempt(listener, failure);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static RuntimeException attempt(Runnable call, RuntimeException earlier) {
        try {
            call.run();
            return earlier;
        } catch (RuntimeException failure) {
            if (earlier == null) {
                return failure;
            }
            earlier.addSuppressed(failure);
            return earlier;
        }
    }
}
