package dev.weft.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Who wants to hear of something. Listeners come and go on any thread; they are called on the client's context. */
final class Listeners<T> {
    private final List<Consumer<? super T>> listeners = new CopyOnWriteArrayList<>();
    private final Consumer<RuntimeException> onFailure;

    /** @param onFailure what to do with what a listener throws */
    Listeners(Consumer<RuntimeException> onFailure) {
        this.onFailure = onFailure;
    }

    Subscription add(Consumer<? super T> listener) {
        // Wrapped, so that one listener added twice is two subscriptions and each ends only itself.
        Consumer<? super T> added = listener::accept;
        listeners.add(added);
        return () -> listeners.remove(added);
    }

    void publish(T item) {
        for (Consumer<? super T> listener : listeners) {
            try {
                listener.accept(item);
            } catch (RuntimeException e) {
                onFailure.accept(e);
            }
        }
    }
}
