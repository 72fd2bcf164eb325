package dev.weft.server.plugin;

import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.PluginMessage;
import java.util.Collection;
import java.util.Set;

/**
 * The side of a plugin that sits beside the sessions of one gateway on one document. A plain state machine on the
 * gateway's context: it must not block, and time is an input. What it throws is reported and otherwise ignored.
 */
public interface LinkPlugin {
    /** A session has just got the answer to its handshake or hello. */
    default void sessionJoined(String sessionId, Output out) {}

    /** A message of a plugin came from a session, which need not have joined. */
    default void message(String sessionId, PluginMessage message, long nowMillis, Output out) {}

    default void sessionClosed(String sessionId, Output out) {}

    /**
     * The link follows an owner; whatever the owner's side should know of this link is to be said now.
     *
     * @param ownerChanged whether it followed another before, whose side knew it already
     */
    default void attached(boolean ownerChanged, long nowMillis, Output out) {}

    /** The owner's side says something. */
    default void fromOwner(byte[] payload, Output out) {}

    default void tick(long nowMillis, Output out) {}

    /** What a plugin may do. Valid during the call only. */
    interface Output {
        String documentId();

        /** The sessions that get what is sent to all: those that follow the document. */
        Set<String> sessionIds();

        void toSession(String sessionId, Message message);

        /** Framed once, whoever gets it. */
        void toSessions(Collection<String> sessionIds, Message message);

        /** To the owner's side of this plugin; lost if there is no owner now. */
        void toOwner(byte[] payload);

        void report(String what);
    }
}
