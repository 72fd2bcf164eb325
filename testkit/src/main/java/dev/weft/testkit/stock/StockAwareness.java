package dev.weft.testkit.stock;

import dev.weft.protocol.awareness.AwarenessQuery;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.message.PluginMessage;
import java.util.LinkedHashMap;
import java.util.Map;

/** The reference's awareness plugin on the client (spec protocol 8.3), ghosts included. */
public final class StockAwareness {
    private static final long THROTTLE_MILLIS = 50;

    private final StockClient client;
    private final Map<String, Object> initial;
    private final Map<String, ClientAwareness> states = new LinkedHashMap<>();
    private final Map<String, Object> own = new LinkedHashMap<>();
    private boolean knowsDocument;
    private boolean isWindowOpen;
    private boolean isUpdateWaiting;

    StockAwareness(StockClient client, Map<String, Object> initial) {
        this.client = client;
        this.initial = initial;
    }

    /** After a handshake that the application asked for, or a reconnection; never after a silent re-open. */
    void connected() {
        if (initial != null) {
            own.putAll(initial);
            publish();
            sendOwn();
        }
    }

    public void updateLocalState(Map<String, Object> metadata) {
        if (client.sessionId() == null) {
            return;
        }
        own.putAll(metadata);
        publish();
        if (isWindowOpen) {
            isUpdateWaiting = true;
        } else {
            sendInWindow();
        }
    }

    private void sendInWindow() {
        isUpdateWaiting = false;
        isWindowOpen = true;
        client.host.after(THROTTLE_MILLIS, () -> {
            isWindowOpen = false;
            if (isUpdateWaiting) {
                sendInWindow();
            }
        });
        sendOwn();
    }

    private void publish() {
        knowsDocument = true;
        states.put(client.sessionId(), new ClientAwareness(client.sessionId(), own));
    }

    private void sendOwn() {
        if (client.sessionId() != null) {
            client.send(new AwarenessUpdate(client.documentId, new ClientAwareness(client.sessionId(), own)));
        }
    }

    public void requestState() {
        client.send(new AwarenessQuery(client.documentId));
    }

    void received(PluginMessage message) {
        if (message instanceof AwarenessState state) {
            knowsDocument = true;
            ClientAwareness mine = states.get(client.sessionId());
            states.clear();
            states.putAll(state.awareness().states());
            if (mine != null) {
                states.put(mine.clientId(), mine);
            }
        } else if (message instanceof AwarenessUpdate update && knowsDocument) {
            states.put(update.state().clientId(), update.state());
        }
    }

    public Map<String, ClientAwareness> states() {
        return Map.copyOf(states);
    }
}
