package dev.weft.server.event;

import dev.weft.crdt.clock.WallClock;
import dev.weft.server.registry.DocumentKey;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The events of one node and who listens to them. Telling never waits: each listener has a queue of its own. What nobody
 * listens to costs one look into a list. Thread-safe.
 */
public final class EventStream {
    private final String nodeId;
    private final WallClock clock;
    private final List<EventSubscription> subscriptions = new CopyOnWriteArrayList<>();
    private volatile boolean isClosed;

    public EventStream(String nodeId, WallClock clock) {
        this.nodeId = nodeId;
        this.clock = clock;
    }

    /** Events reach the listener in the order in which they were told, from now on; there is no replay. */
    public EventSubscription subscribe(EventOptions options, Consumer<ServerEvent> listener) {
        EventSubscription subscription = new EventSubscription(options, listener, this);
        subscriptions.add(subscription);
        if (isClosed) {
            subscription.cancel();
        }
        return subscription;
    }

    /** Whether telling of this type is worth the trouble of making it. */
    public boolean isWatched(Class<? extends ServerEvent> type) {
        for (EventSubscription subscription : subscriptions) {
            if (subscription.wants(type)) {
                return true;
            }
        }
        return false;
    }

    /** Tells of something that is about this node, now. The event is only made if somebody listens. */
    public void tell(Class<? extends ServerEvent> type, Function<Origin, ? extends ServerEvent> event) {
        tell(type, null, null, event);
    }

    /** @param document null if it is about none. @param sessionId null if it is about none */
    public void tell(
            Class<? extends ServerEvent> type,
            DocumentKey document,
            String sessionId,
            Function<Origin, ? extends ServerEvent> event) {
        if (isWatched(type)) {
            tell(event.apply(origin(document, sessionId)));
        }
    }

    public void tell(ServerEvent event) {
        for (EventSubscription subscription : subscriptions) {
            if (subscription.wants(event.getClass())) {
                subscription.offer(event);
            }
        }
    }

    /** Here and now. @param document null if there is none. @param sessionId null if there is none */
    public Origin origin(DocumentKey document, String sessionId) {
        return Origin.of(nodeId, clock.millis(), document, sessionId);
    }

    /** Here and now, about a document nobody knows the kind of yet. */
    public Origin originOfUnknown(String documentId, String sessionId) {
        return new Origin(nodeId, clock.millis(), documentId, null, sessionId);
    }

    /** Ends every subscription; what is in the queues is still delivered. */
    public void close() {
        isClosed = true;
        subscriptions.forEach(EventSubscription::end);
        subscriptions.clear();
    }

    void forget(EventSubscription subscription) {
        subscriptions.remove(subscription);
    }
}
