package dev.weft.client.connection;

/**
 * The intervals of a connection, in milliseconds. The defaults are the reference's where it has one (spec protocol 3).
 *
 * @param connectTimeout from the attempt to the opened WebSocket
 * @param handshakeTimeout from the first message sent to its answer
 * @param pingInterval between pings
 * @param pongTimeout without a pong the connection is given up
 * @param requestTimeout after which an unanswered request for the server's state may be repeated
 * @param settledAfter a session this old proves that reconnecting at once is safe
 */
public record Timing(
        long connectTimeout,
        long handshakeTimeout,
        long pingInterval,
        long pongTimeout,
        long requestTimeout,
        long settledAfter) {
    public static final Timing DEFAULT = new Timing(10_000, 5_000, 15_000, 30_000, 5_000, 5_000);

    public Timing {
        if (connectTimeout <= 0
                || handshakeTimeout <= 0
                || pingInterval <= 0
                || pongTimeout <= 0
                || requestTimeout <= 0
                || settledAfter < 0) {
            throw new IllegalArgumentException("Every interval must be positive");
        }
    }

    public Timing withConnectTimeout(long millis) {
        return new Timing(millis, handshakeTimeout, pingInterval, pongTimeout, requestTimeout, settledAfter);
    }

    public Timing withHandshakeTimeout(long millis) {
        return new Timing(connectTimeout, millis, pingInterval, pongTimeout, requestTimeout, settledAfter);
    }

    public Timing withPing(long intervalMillis, long pongTimeoutMillis) {
        return new Timing(
                connectTimeout, handshakeTimeout, intervalMillis, pongTimeoutMillis, requestTimeout, settledAfter);
    }

    public Timing withRequestTimeout(long millis) {
        return new Timing(connectTimeout, handshakeTimeout, pingInterval, pongTimeout, millis, settledAfter);
    }
}
