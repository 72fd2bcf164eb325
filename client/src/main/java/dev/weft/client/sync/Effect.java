package dev.weft.client.sync;

import dev.weft.client.event.ClientEvent;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Message;
import java.util.List;
import java.util.Set;

/** What a session wants done. The client performs effects in order; the session never does. */
public sealed interface Effect {
    /**
     * Open a WebSocket and report with this number how it went.
     *
     * @param connection never used before
     * @param endpoint index into the list of endpoints
     */
    record OpenSocket(long connection, int endpoint) implements Effect {}

    record Send(long connection, Message message) implements Effect {}

    /** Close the socket, if it is still open, and forget it: no further input may carry its number. */
    record CloseSocket(long connection, int code, String reason) implements Effect {}

    /** Call {@link SessionState#drained} as soon as the socket takes more. */
    record AwaitDrain(long connection) implements Effect {}

    /** The handshake succeeded. */
    record SessionUp(String sessionId, Set<String> capabilities) implements Effect {}

    /** Whoever waits for {@code connect()} gets this answer. @param reason null on success */
    record ConnectResult(boolean connected, String reason) implements Effect {}

    /** The application asked to disconnect; nothing will be tried any more. */
    record Disconnected() implements Effect {}

    /** Every edit this vector covers is durable. */
    record EditsDurable(VersionVector versionVector) implements Effect {}

    /** The server cannot tell when an edit is durable. */
    record DurabilityUnknown() implements Effect {}

    /** Store the queue of a relay client: these blobs came to its end. */
    record QueueAppended(List<String> blobs) implements Effect {
        public QueueAppended {
            blobs = List.copyOf(blobs);
        }
    }

    /** Store the queue of a relay client: this is all of it now. */
    record QueueReplaced(List<String> blobs) implements Effect {
        public QueueReplaced {
            blobs = List.copyOf(blobs);
        }
    }

    /** Store the queue of a relay client: so many blobs left its front. */
    record QueueDropped(int count) implements Effect {}

    record Publish(ClientEvent event) implements Effect {}
}
