package dev.weft.protocol.awareness;

import dev.weft.protocol.message.MessageType;
import dev.weft.protocol.message.PluginMessage;

/** One client's presence has changed; the state is complete, not a difference. */
public record AwarenessUpdate(String documentId, ClientAwareness state) implements PluginMessage {
    @Override
    public MessageType type() {
        return MessageType.AWARENESS_UPDATE;
    }
}
