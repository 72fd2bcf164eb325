package dev.weft.client.event;

/** What a client says about its connection (spec protocol 5.1). */
public enum ConnectionStatus {
    /** Not connected and not trying to. The initial status. */
    DISCONNECTED,
    /** The first attempt since {@code connect()} is under way. */
    CONNECTING,
    /** The server has answered the handshake. */
    CONNECTED,
    /** A connection was lost or could not be made; further attempts follow by themselves. */
    RECONNECTING,
    /** The last thing that happened was a failure. Says nothing about the socket: an error message leaves it open. */
    ERROR;

    public boolean isConnected() {
        return this == CONNECTED;
    }
}
