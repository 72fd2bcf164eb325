package dev.weft.server.plugin;

import dev.weft.protocol.codec.PluginCodec;
import dev.weft.protocol.message.Message;
import dev.weft.server.registry.DocumentKey;
import java.util.List;
import java.util.Map;

/**
 * Extends the server. Every method has a default that does nothing, in the order of a session's life. Hooks are called
 * on event loops, several at a time: they must not block and must be thread-safe. Each call is timed, and a slow one is
 * logged with the plugin's name.
 */
public interface ServerPlugin {
    /** Unique among the plugins of a server; at most 64 characters. */
    String name();

    /** Codecs of the message types it brings, from 100 up; the first plugin that knows a type wins. */
    default List<PluginCodec> codecs() {
        return List.of();
    }

    /** A client asks for an upgrade. A refusal is answered with HTTP 403. */
    default Verdict connecting(Upgrade upgrade) {
        return Verdict.ALLOW;
    }

    default void connected(String sessionId) {}

    /** Any message, before the core sees it. A refusal is answered with an error, and the message is dropped. */
    default Verdict receiving(String sessionId, Message message) {
        return Verdict.ALLOW;
    }

    /** A handshake or hello. A refusal ends the client's attempt. */
    default Verdict joining(String sessionId, DocumentKey key, Message request) {
        return Verdict.ALLOW;
    }

    default void closed(String sessionId) {}

    /** The side beside the sessions of one gateway on one document; null if it needs none. */
    default LinkPlugin forLink(DocumentKey key) {
        return null;
    }

    /** The side beside the owner of one document; null if it needs none. */
    default DocumentPlugin forDocument(DocumentKey key) {
        return null;
    }

    /** Who asks for an upgrade. @param headers names in lower case, the first value of each */
    record Upgrade(String path, String query, Map<String, String> headers, String remoteAddress) {
        public Upgrade {
            headers = Map.copyOf(headers);
        }
    }
}
