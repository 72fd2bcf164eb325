package dev.weft.protocol.awareness;

import dev.weft.protocol.message.MessageType;
import dev.weft.protocol.message.PluginMessage;

/** Asks for an {@link AwarenessState}. */
public record AwarenessQuery(String documentId) implements PluginMessage {
    @Override
    public MessageType type() {
        return MessageType.AWARENESS_QUERY;
    }
}
