package dev.weft.server.plugin.example;

import dev.weft.protocol.codec.PluginCodec;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.plugin.DocumentPlugin;
import dev.weft.server.plugin.LinkPlugin;
import dev.weft.server.plugin.ServerPlugin;
import dev.weft.server.registry.DocumentKey;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

// example: chat-server
/** Passes chat messages on to everybody else who has the document open, on any node. */
final class ChatServerPlugin implements ServerPlugin {
    @Override
    public String name() {
        return "chat";
    }

    @Override
    public List<PluginCodec> codecs() {
        return List.of(ChatMessage.CODEC);
    }

    @Override
    public LinkPlugin forLink(DocumentKey key) {
        return new BesideLink();
    }

    @Override
    public DocumentPlugin forDocument(DocumentKey key) {
        return new BesideOwner();
    }

    /** Beside the sessions of one gateway. */
    private static final class BesideLink implements LinkPlugin {
        @Override
        public void message(String sessionId, PluginMessage message, long nowMillis, Output out) {
            if (message instanceof ChatMessage chat) {
                Set<String> others = new HashSet<>(out.sessionIds());
                others.remove(sessionId);
                // Who spoke is what the server knows, not what the client says.
                out.toSessions(others, new ChatMessage(chat.documentId(), sessionId, chat.text()));
                out.toOwner((sessionId + "\n" + chat.text()).getBytes(StandardCharsets.UTF_8));
            }
        }

        @Override
        public void fromOwner(byte[] payload, Output out) {
            String[] parts = new String(payload, StandardCharsets.UTF_8).split("\n", 2);
            out.toSessions(out.sessionIds(), new ChatMessage(out.documentId(), parts[0], parts[1]));
        }
    }

    /** Beside the owner, which reaches the links of all other gateways. */
    private static final class BesideOwner implements DocumentPlugin {
        @Override
        public void fromLink(LinkAddress link, byte[] payload, Output out) {
            out.toLinks(link, payload);
        }
    }
}
// end
