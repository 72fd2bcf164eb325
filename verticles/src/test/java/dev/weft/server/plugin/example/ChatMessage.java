package dev.weft.server.plugin.example;

import dev.weft.protocol.codec.JsonObject;
import dev.weft.protocol.codec.PluginCodec;
import dev.weft.protocol.message.MessageType;
import dev.weft.protocol.message.PluginMessage;
import java.util.Map;

// example: message
/** Somebody says something to all who have a document open. Nothing of it is stored. */
record ChatMessage(String documentId, String from, String text) implements PluginMessage {
    static final MessageType TYPE = new MessageType(1002, "chat");

    static final PluginCodec CODEC = new PluginCodec() {
        @Override
        public boolean knows(int type) {
            return type == TYPE.code();
        }

        @Override
        public PluginMessage decode(int type, String documentId, JsonObject fields) {
            return new ChatMessage(documentId, (String) fields.values().get("from"), (String)
                    fields.values().get("text"));
        }

        @Override
        public Map<String, Object> encode(PluginMessage message) {
            return message instanceof ChatMessage chat ? Map.of("from", chat.from(), "text", chat.text()) : null;
        }
    };

    @Override
    public MessageType type() {
        return TYPE;
    }
}
// end
