package dev.weft.server.http;

import java.util.Objects;

/**
 * The HTTP side of a node.
 *
 * @param host address to listen on
 * @param port 0 for any free one
 * @param bodyBytesMax the largest request body
 */
public record HttpOptions(String host, int port, int bodyBytesMax) {
    private static final int MIB = 1 << 20;

    /** Reached from this machine only, on any free port. */
    public static final HttpOptions DEFAULT = new HttpOptions("127.0.0.1", 0, 16 * MIB);

    public HttpOptions {
        Objects.requireNonNull(host, "host");
        if (port < 0 || port > 65_535 || bodyBytesMax < 1) {
            throw new IllegalArgumentException(
                    "port " + port + " or bodyBytesMax " + bodyBytesMax + " is out of range");
        }
    }

    public HttpOptions withHost(String value) {
        return new HttpOptions(value, port, bodyBytesMax);
    }

    public HttpOptions withPort(int value) {
        return new HttpOptions(host, value, bodyBytesMax);
    }
}
