package dev.weft.server.gateway;

import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.Welcome;
import dev.weft.server.event.EventStream;
import dev.weft.server.event.Origin;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.registry.DocumentKey;
import java.util.List;

/** Tells what was said to clients; what a message means to a listener is decided here. */
final class SentEvents {
    private final EventStream events;

    SentEvents(EventStream events) {
        this.events = events;
    }

    /** @param key null if nobody knows yet which kind of document it is about */
    void tell(DocumentKey key, Message message, List<ClientConnection> reached) {
        if (reached.isEmpty()) {
            return;
        }
        for (ClientConnection connection : reached) {
            tellMeaning(key, message, connection);
        }
        boolean isBroadcast = isBroadcast(message, reached.size());
        if (isBroadcast && events.isWatched(ServerEvent.MessageBroadcast.class)) {
            List<String> sessionIds =
                    reached.stream().map(ClientConnection::sessionId).toList();
            events.tell(new ServerEvent.MessageBroadcast(origin(key, message, null), sessionIds, message));
        } else if (!isBroadcast && events.isWatched(ServerEvent.MessageSent.class)) {
            reached.forEach(connection ->
                    events.tell(new ServerEvent.MessageSent(origin(key, message, connection.sessionId()), message)));
        }
    }

    /** Changes always are, even if one session is all that follows. */
    static boolean isBroadcast(Message message, int recipients) {
        return message instanceof ChangeMessage
                || message instanceof ChangesMessage
                || message instanceof RelayChanges
                || message instanceof PluginMessage && recipients > 1;
    }

    private void tellMeaning(DocumentKey key, Message message, ClientConnection connection) {
        String sessionId = connection.sessionId();
        if (message instanceof Pong) {
            if (events.isWatched(ServerEvent.PingAnswered.class)) {
                events.tell(new ServerEvent.PingAnswered(origin(key, message, sessionId)));
            }
        } else if (message instanceof ErrorMessage error) {
            Origin origin = origin(key, message, sessionId);
            events.tell(
                    error.code().equals(ErrorCode.OUT_OF_SYNC)
                            ? new ServerEvent.OutOfSync(origin, error.message())
                            : new ServerEvent.ErrorSent(origin, error.code(), error.message()));
        } else if (message instanceof DocumentStatus) {
            events.tell(new ServerEvent.DocumentStatusSent(
                    origin(key, message, sessionId), connection.documents().authorOf(key)));
        } else if (message instanceof HandshakeResponse || message instanceof Welcome) {
            // A welcome also answers a member that asks for the state again.
            if (connection.documents().completeHandshake(key)) {
                String author = connection.documents().authorOf(key);
                events.tell(new ServerEvent.HandshakeCompleted(origin(key, message, sessionId), author));
            }
        }
    }

    private Origin origin(DocumentKey key, Message message, String sessionId) {
        return key == null ? events.originOfUnknown(message.documentId(), sessionId) : events.origin(key, sessionId);
    }
}
