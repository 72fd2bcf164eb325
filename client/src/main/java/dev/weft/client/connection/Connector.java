package dev.weft.client.connection;

import io.vertx.core.Future;

/**
 * Opens connections that carry one message per frame. The seam for tests and for transports other than WebSockets. All
 * calls, in both directions, happen on the client's context.
 */
public interface Connector {
    /**
     * Begins to open a connection. Exactly one of {@link Listener#opened} and {@link Listener#failed} follows, unless the
     * link is closed before; neither is called before this method has returned.
     *
     * @param endpoint index into the client's list of endpoints
     */
    Link open(int endpoint, Listener listener);

    /** Frees what all connections share. */
    Future<Void> close();

    /** What a connection reports. After {@link #closed} nothing follows. */
    interface Listener {
        void opened();

        void failed(String reason);

        void received(byte[] frame);

        void closed(String reason);

        /** The connection was full and takes more now. */
        void drained();
    }

    /** One connection. */
    interface Link {
        void write(byte[] frame);

        /** Whether more than a modest amount waits to be written; {@link Listener#drained} tells when it does not. */
        boolean isFull();

        /** Closes, and gives up waiting for the peer's answer after a while. The listener is not called any more. */
        void close(int code, String reason);
    }
}
