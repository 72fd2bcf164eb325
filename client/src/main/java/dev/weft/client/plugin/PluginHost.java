package dev.weft.client.plugin;

import dev.weft.protocol.message.PluginMessage;

/** What a plugin may do with its client. Use on the client's context only, except for {@link #run}. */
public interface PluginHost {
    String documentId();

    /** Null before the first handshake and after disconnecting. */
    String sessionId();

    boolean isConnected();

    /** Sends now or not at all. @return false if not connected, or if the connection takes no more for now */
    boolean send(PluginMessage message);

    /** Runs the task on the client's context: now if the caller is there already, soon otherwise. Any thread. */
    void run(Runnable task);

    /** Runs the task on the client's context after so many milliseconds. @return cancels it; harmless afterwards */
    Runnable schedule(long delayMillis, Runnable task);

    /** Milliseconds that never go backwards. */
    long now();
}
