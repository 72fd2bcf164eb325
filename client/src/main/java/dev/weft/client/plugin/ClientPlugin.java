package dev.weft.client.plugin;

import dev.weft.protocol.codec.PluginCodec;
import dev.weft.protocol.message.Message;

/**
 * Extends a client with message types of its own. One plugin belongs to one client. All later calls happen on the
 * client's context; what a plugin throws is reported as an event and stops nothing else.
 */
public interface ClientPlugin {
    String name();

    /** The codec of this plugin's messages, type codes 100 and above; null if it has none. */
    default PluginCodec codec() {
        return null;
    }

    /** Called once, before anything else, by the thread that creates the client. */
    default void attach(PluginHost host) {}

    /** The handshake was answered; called again after every reconnect, with a new session id. */
    default void onConnected(String sessionId) {}

    /** Any message for this client's document, core messages included, before the client itself handles it. */
    default void onMessage(Message message) {}

    /** The application disconnected. Not called for a connection that was lost and will be made again. */
    default void onDisconnected() {}

    /** The client is closed. */
    default void close() {}
}
