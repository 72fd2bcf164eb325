package dev.weft.server.event;

import dev.weft.protocol.message.Message;
import dev.weft.server.registry.DocumentKind;
import java.util.List;

/**
 * Something happened on a node: a notice, on which nothing depends. Each says where, when and about whom. What a gateway
 * sees is told on the node that holds the socket, what an owner sees on the node that owns the document; nothing is told
 * twice. In the order of a node's life.
 */
public sealed interface ServerEvent {
    Origin origin();

    default String nodeId() {
        return origin().nodeId();
    }

    /** Milliseconds since the epoch. */
    default long timeMillis() {
        return origin().timeMillis();
    }

    /** Null if it is not about one document. */
    default String documentId() {
        return origin().documentId();
    }

    /** Null if it is not about one document, or nobody knows yet which kind it is. */
    default DocumentKind kind() {
        return origin().kind();
    }

    /** Null if it is not about one client connection. */
    default String sessionId() {
        return origin().sessionId();
    }

    // The node.

    /**
     * The node is a member of its cluster, and does not serve yet. Only listeners of the options hear of it.
     *
     * @param members how many there are, this one included
     */
    record Joined(Origin origin, int members) implements ServerEvent {}

    record Started(Origin origin, int port) implements ServerEvent {}

    /** The node could not start. Only listeners of the options hear of it. */
    record StartFailed(Origin origin, Throwable cause) implements ServerEvent {}

    record NodeJoined(Origin origin, String otherNode) implements ServerEvent {}

    record NodeLeft(Origin origin, String otherNode) implements ServerEvent {}

    /** The registry may have lost or replaced entries; every owner of this node asserts itself again. */
    record RegistryDoubtful(Origin origin, String reason) implements ServerEvent {}

    /** The node leaves in order: its documents go to other nodes, then its sessions. */
    record DrainStarted(Origin origin, int documents, int sessions) implements ServerEvent {}

    record DrainFinished(Origin origin) implements ServerEvent {}

    /** The last event of a node. */
    record Stopped(Origin origin) implements ServerEvent {}

    // A connection.

    /** An upgrade was answered with an HTTP status. @param code null if the node was full or leaving */
    record ConnectionRefused(Origin origin, String remoteAddress, int httpStatus, String code, String reason)
            implements ServerEvent {}

    record ClientConnected(Origin origin, String remoteAddress, String path) implements ServerEvent {}

    /**
     * A connection ended.
     *
     * @param connectedMillis how long it was there
     * @param silentMillis since when nothing had come from it
     * @param documentIds what it had open
     */
    record ClientDisconnected(
            Origin origin, CloseReason reason, long connectedMillis, long silentMillis, List<String> documentIds)
            implements ServerEvent {
        public ClientDisconnected {
            documentIds = List.copyOf(documentIds);
        }
    }

    enum CloseReason {
        /** The client closed, or its connection broke. */
        PEER,
        /** Nothing came from it for too long. */
        SILENT,
        /** It took nothing for too long. */
        STALLED,
        /** The server closed it: too large a message, or a refusal. */
        REFUSED,
        /** The node leaves. */
        NODE_LEAVING
    }

    // A session: one connection on one document.

    /** A handshake or hello was answered. @param author the peer id, null if a client did not say it on this connection */
    record HandshakeCompleted(Origin origin, String author) implements ServerEvent {}

    /** A session was sent the state it asked for. @param author the peer id, null if it did not say it on this connection */
    record DocumentStatusSent(Origin origin, String author) implements ServerEvent {}

    record OutOfSync(Origin origin, String reason) implements ServerEvent {}

    record PingAnswered(Origin origin) implements ServerEvent {}

    /** A client was told an error other than out of sync: what it sent is refused, or its document cannot be served. */
    record ErrorSent(Origin origin, String code, String reason) implements ServerEvent {}

    /** A client sent what is no message. */
    record FrameMalformed(Origin origin, String reason) implements ServerEvent {}

    /** Something else than changes went to one session; very frequent. */
    record MessageSent(Origin origin, Message message) implements ServerEvent {}

    /**
     * Changes, or the same message of a plugin, went to sessions of this node; very frequent.
     *
     * @param sessionIds those that it reached, at least one
     */
    record MessageBroadcast(Origin origin, List<String> sessionIds, Message message) implements ServerEvent {
        public MessageBroadcast {
            sessionIds = List.copyOf(sessionIds);
        }
    }

    /** The link of this gateway follows another owner than before. @param epoch the ownership it follows now */
    record OwnerChanged(Origin origin, String ownerNode, long epoch) implements ServerEvent {}

    // A document, on the node that owns it.

    /** The node owns the document now. @param entries what was read from the log */
    record DocumentLoaded(Origin origin, long epoch, int entries) implements ServerEvent {}

    /**
     * Changes became durable. Told before anybody gets them.
     *
     * @param lastNumber the log position of the last; a relay client knows it as the sequence number
     * @param changes as they travel: a change in binary, or the blob of a relay client. Not to be modified
     */
    record ChangesApplied(Origin origin, long epoch, long lastNumber, List<byte[]> changes) implements ServerEvent {
        public ChangesApplied {
            changes = List.copyOf(changes);
        }
    }

    /** A snapshot replaces the stored log up to a position. */
    record SnapshotCreated(Origin origin, long upToNumber, int bytes) implements ServerEvent {}

    /** The store did not take an append; it is tried again, unless the document has another owner. */
    record StoreFailed(Origin origin, Throwable cause) implements ServerEvent {}

    /** The node does not own the document any more. */
    record DocumentUnloaded(Origin origin, long epoch, UnloadReason reason) implements ServerEvent {}

    enum UnloadReason {
        /** Nobody needed it, or it was handed to another node. */
        RELEASED,
        /** Another node took it. */
        REPLACED,
        /** It broke one of its own rules. */
        BROKEN
    }

    /** A document could not be hosted several times in a row and is left alone for a while. */
    record DocumentQuarantined(Origin origin, int failures) implements ServerEvent {}

    // Plugins and listeners.

    /** A plugin threw. @param hook what it was called for */
    record PluginFailed(Origin origin, String plugin, String hook, Throwable cause) implements ServerEvent {}

    /** A plugin held up an event loop, or did not answer in time. */
    record PluginSlow(Origin origin, String plugin, String hook, long millis) implements ServerEvent {}

    /** A listener was too slow: so many events in front of this one are lost to it. */
    record EventsDropped(Origin origin, long count) implements ServerEvent {}
}
