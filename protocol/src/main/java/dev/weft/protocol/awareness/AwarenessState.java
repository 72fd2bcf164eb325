package dev.weft.protocol.awareness;

import dev.weft.protocol.message.MessageType;
import dev.weft.protocol.message.PluginMessage;
import java.util.Map;

/** Everybody's presence, replacing what was known before. */
public record AwarenessState(String documentId, DocumentAwareness awareness) implements PluginMessage {
    public AwarenessState(String documentId, Map<String, ClientAwareness> states) {
        this(documentId, new DocumentAwareness(documentId, states));
    }

    @Override
    public MessageType type() {
        return MessageType.AWARENESS_STATE;
    }
}
