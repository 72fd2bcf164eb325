package dev.weft.protocol.awareness;

import dev.weft.protocol.codec.JsonObject;
import dev.weft.protocol.codec.PluginCodec;
import dev.weft.protocol.message.MessageType;
import dev.weft.protocol.message.PluginMessage;
import java.util.LinkedHashMap;
import java.util.Map;

/** Types 100 to 102. Bounds on how much presence a client may have are the server's; frames are bounded by the codec. */
public final class AwarenessCodec implements PluginCodec {
    private static final int UPDATE = MessageType.AWARENESS_UPDATE.code();
    private static final int QUERY = MessageType.AWARENESS_QUERY.code();
    private static final int STATE = MessageType.AWARENESS_STATE.code();

    @Override
    public boolean knows(int type) {
        return type >= UPDATE && type <= STATE;
    }

    @Override
    public PluginMessage decode(int type, String documentId, JsonObject object) {
        if (type == UPDATE) {
            return new AwarenessUpdate(documentId, client(object.requireObject("state")));
        } else if (type == QUERY) {
            return new AwarenessQuery(documentId);
        } else if (type == STATE) {
            return new AwarenessState(documentId, document(object.requireObject("awareness")));
        }
        return null;
    }

    private static ClientAwareness client(JsonObject state) {
        return new ClientAwareness(
                state.requireString("clientId"), state.requireObject("metadata").values());
    }

    private static DocumentAwareness document(JsonObject awareness) {
        Map<String, ClientAwareness> states = new LinkedHashMap<>();
        awareness
                .requireObject("states")
                .values()
                .forEach((clientId, state) -> states.put(clientId, client(JsonObject.asObject(state, "a state"))));
        return new DocumentAwareness(awareness.requireString("documentId"), states);
    }

    @Override
    public Map<String, Object> encode(PluginMessage message) {
        if (message instanceof AwarenessUpdate update) {
            return Map.of("state", fields(update.state()));
        } else if (message instanceof AwarenessQuery) {
            return Map.of();
        } else if (message instanceof AwarenessState state) {
            return Map.of("awareness", fields(state.awareness()));
        }
        return null;
    }

    private static Map<String, Object> fields(ClientAwareness client) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("clientId", client.clientId());
        fields.put("metadata", client.metadata());
        return fields;
    }

    private static Map<String, Object> fields(DocumentAwareness document) {
        Map<String, Object> states = new LinkedHashMap<>();
        document.states().forEach((clientId, state) -> states.put(clientId, fields(state)));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("documentId", document.documentId());
        fields.put("states", states);
        return fields;
    }
}
