package dev.weft.client.awareness;

import dev.weft.client.plugin.ClientPlugin;
import dev.weft.client.plugin.PluginHost;
import dev.weft.crdt.handler.json.JsonValueCodec;
import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.awareness.AwarenessQuery;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.awareness.DocumentAwareness;
import dev.weft.protocol.codec.PluginCodec;
import dev.weft.protocol.message.Message;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Who is here, and what each shows of itself: names, colours, cursors (spec protocol 8). Nothing of it is stored; the
 * presence of a client ends with its session. Both modes.
 *
 * <p>Any thread may ask and update; listeners are called on the client's context.
 */
public final class AwarenessPlugin implements ClientPlugin {
    /** The reference's throttle: at most so often is our own state sent. */
    public static final long THROTTLE_MILLIS = 50;

    /** While the server takes no more, our state is tried again after this long; newer states replace it meanwhile. */
    private static final long RETRY_MILLIS = 250;

    private final AwarenessCodec codec = new AwarenessCodec();
    private final Throttle throttle;
    private final List<Consumer<? super DocumentAwareness>> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private PluginHost host;
    private Runnable cancelRetry = () -> {};
    private String ownId;
    private boolean shown;
    private volatile DocumentAwareness current = new DocumentAwareness("", Map.of());
    private volatile Map<String, Object> local = Map.of();

    /** Shows nothing until {@link #updateLocalState} is called. */
    public AwarenessPlugin() {
        this.throttle = new Throttle(THROTTLE_MILLIS, this::sendLocalState);
    }

    /**
     * @param initial shown as soon as connected, also if empty; see {@link #updateLocalState}
     * @param throttleMillis 0 for no throttle
     * @throws IllegalArgumentException if JSON cannot say a value
     */
    public AwarenessPlugin(Map<String, Object> initial, long throttleMillis) {
        requireJson(initial);
        this.throttle = new Throttle(throttleMillis, this::sendLocalState);
        metadata.putAll(initial);
        local = copyOf(metadata);
        shown = true;
    }

    @Override
    public String name() {
        return "awareness";
    }

    @Override
    public PluginCodec codec() {
        return codec;
    }

    @Override
    public void attach(PluginHost owner) {
        host = owner;
        throttle.attach(owner);
        current = new DocumentAwareness(owner.documentId(), Map.of());
    }

    /** Everybody's presence as known here, our own included. Empty before the server told. */
    public DocumentAwareness current() {
        return current;
    }

    /** What we show of ourselves. */
    public Map<String, Object> local() {
        return local;
    }

    /**
     * Tells of every change of {@link #current}, on the client's context. What a listener throws goes to the thread's handler of
     * uncaught exceptions and stops nobody else.
     *
     * @return ends it
     */
    public Runnable onChange(Consumer<? super DocumentAwareness> listener) {
        Consumer<? super DocumentAwareness> registration = listener::accept;
        listeners.add(registration);
        return () -> listeners.remove(registration);
    }

    /**
     * Shows these values too; those shown before stay, key by key. Kept and sent with the next connection if there is
     * none now.
     *
     * @param values texts, numbers, booleans, null, and lists and maps of these, which must not change afterwards
     * @throws IllegalArgumentException if JSON cannot say a value; nothing is shown then
     */
    public void updateLocalState(Map<String, Object> values) {
        requireJson(values);
        if (host == null) {
            update(values);
        } else {
            host.run(() -> update(values));
        }
    }

    private void update(Map<String, Object> values) {
        metadata.putAll(values);
        local = copyOf(metadata);
        shown = true;
        if (ownId != null) {
            put(own());
            throttle.call();
        }
    }

    /** Asks the server for everybody's presence. */
    public void requestState() {
        host.run(() -> host.send(new AwarenessQuery(host.documentId())));
    }

    @Override
    public void onConnected(String sessionId) {
        String former = ownId;
        ownId = sessionId;
        if (former != null && !former.equals(sessionId)) {
            // Our entry of the last session would show us beside ourselves.
            remove(former);
        }
        if (shown) {
            put(own());
            throttle.cancel();
            throttle.call();
        }
    }

    @Override
    public void onMessage(Message message) {
        if (message instanceof AwarenessState state) {
            replaceAll(state.awareness().states());
        } else if (message instanceof AwarenessUpdate update) {
            put(update.state());
        }
    }

    @Override
    public void onDisconnected() {
        stop();
        ownId = null;
        publish(Map.of());
    }

    @Override
    public void close() {
        stop();
        listeners.clear();
    }

    private void stop() {
        throttle.cancel();
        cancelRetry.run();
    }

    private void sendLocalState() {
        cancelRetry.run();
        if (ownId == null || !host.isConnected()) {
            return;
        }
        if (!host.send(new AwarenessUpdate(host.documentId(), own()))) {
            cancelRetry = host.schedule(RETRY_MILLIS, throttle::call);
        }
    }

    private ClientAwareness own() {
        return new ClientAwareness(ownId, local);
    }

    /** The server's word for everybody but ourselves: what it says of us may be older than what we show. */
    private void replaceAll(Map<String, ClientAwareness> states) {
        Map<String, ClientAwareness> next = new LinkedHashMap<>(states);
        if (ownId != null && shown) {
            next.put(ownId, own());
        }
        publish(next);
    }

    private void put(ClientAwareness client) {
        Map<String, ClientAwareness> next = new LinkedHashMap<>(current.states());
        next.put(client.clientId(), client.clientId().equals(ownId) && shown ? own() : client);
        publish(next);
    }

    private void remove(String clientId) {
        Map<String, ClientAwareness> next = new LinkedHashMap<>(current.states());
        if (next.remove(clientId) != null) {
            publish(next);
        }
    }

    private void publish(Map<String, ClientAwareness> states) {
        DocumentAwareness next = new DocumentAwareness(host.documentId(), states);
        if (next.equals(current)) {
            return;
        }
        current = next;
        listeners.forEach(listener -> tell(listener, next));
    }

    /** A listener that throws must not keep our own state from being sent, which comes next. */
    private static void tell(Consumer<? super DocumentAwareness> listener, DocumentAwareness next) {
        try {
            listener.accept(next);
        } catch (RuntimeException failure) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        }
    }

    /** Here, where the caller hears of it: what cannot be sent would spoil every later update, too. */
    private static void requireJson(Map<String, Object> values) {
        JsonValueCodec.toJson(values);
    }

    private static Map<String, Object> copyOf(Map<String, Object> values) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
