package dev.weft.server.plugin;

import dev.weft.protocol.codec.PluginCodec;
import dev.weft.protocol.message.Message;
import dev.weft.server.auth.Identity;
import dev.weft.server.registry.DocumentKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Extends the server. Every method has a default that does nothing, in the order of a session's life. Hooks are called
 * on event loops, several at a time: they must not block and must be thread-safe. Each call is timed, and a slow one is
 * logged with the plugin's name. Those that answer later may take {@link PluginChain#ANSWER_MILLIS_MAX}; meanwhile nothing
 * is read from the client.
 */
public interface ServerPlugin {
    /** Unique among the plugins of a server; at most 64 characters. */
    String name();

    /** Codecs of the message types it brings, from 100 up; the first plugin that knows a type wins. */
    default List<PluginCodec> codecs() {
        return List.of();
    }

    /** A client asks for an upgrade. A refusal is answered with HTTP 403. */
    default CompletionStage<Verdict> connecting(Upgrade upgrade) {
        return Verdict.ALLOWED;
    }

    /** It has shown who it is; also called if nobody has to. A refusal is answered with HTTP 403. */
    default CompletionStage<Verdict> authenticated(Upgrade upgrade, Identity identity) {
        return Verdict.ALLOWED;
    }

    /** The session begins; the client knows its id. */
    default void connected(String sessionId, Identity identity) {}

    /**
     * Any message, before the core sees it. A refusal is answered with an error, and the message is dropped. A refused
     * change stays in the client's document, and the client sends it again now and then; a refused push of a stock relay
     * client blocks all that follow it.
     */
    default Verdict receiving(String sessionId, Message message) {
        return Verdict.ALLOW;
    }

    /** A handshake or hello. A refusal ends the client's attempt. */
    default CompletionStage<Verdict> joining(String sessionId, DocumentKey key, Message request) {
        return Verdict.ALLOWED;
    }

    /** Changes, or what a plugin says, are about to be sent to sessions of this node that follow a document. */
    default void broadcasting(DocumentKey key, List<String> sessionIds, Message message) {}

    default void closed(String sessionId) {}

    /** The side beside the sessions of one gateway on one document; null if it needs none. */
    default LinkPlugin forLink(DocumentKey key) {
        return null;
    }

    /** The side beside the owner of one document; null if it needs none. Called on a worker thread. */
    default DocumentPlugin forDocument(DocumentKey key) {
        return null;
    }

    /**
     * Who asks for an upgrade. Its text form shows neither query nor headers, in which tokens stand.
     *
     * @param headers names in lower case, the first value of each
     */
    record Upgrade(String path, String query, Map<String, String> headers, String remoteAddress) {
        public Upgrade {
            headers = Map.copyOf(headers);
        }

        @Override
        public String toString() {
            return "Upgrade[path=" + path + ", remoteAddress=" + remoteAddress + "]";
        }
    }
}
