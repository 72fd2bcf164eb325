package dev.weft.server.http;

import dev.weft.server.auth.AuthOptions;
import java.util.Objects;
import java.util.Optional;

/**
 * The HTTP side of a node.
 *
 * @param host address to listen on
 * @param port 0 for any free one
 * @param bodyBytesMax the largest request body
 * @param api who may use the interface for backends and operators; empty for nobody: it is not served then. Whoever may write
 *     every document, by a grant for {@code *}, operates the cluster as well
 */
public record HttpOptions(String host, int port, int bodyBytesMax, Optional<AuthOptions> api) {
    private static final int MIB = 1 << 20;

    /** Reached from this machine only, on any free port, without the interface. */
    public static final HttpOptions DEFAULT = new HttpOptions("127.0.0.1", 0, 64 * MIB, Optional.empty());

    public HttpOptions {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(api, "api");
        if (port < 0 || port > 65_535 || bodyBytesMax < 1) {
            throw new IllegalArgumentException(
                    "port " + port + " or bodyBytesMax " + bodyBytesMax + " is out of range");
        }
    }

    public HttpOptions withHost(String value) {
        return new HttpOptions(value, port, bodyBytesMax, api);
    }

    public HttpOptions withPort(int value) {
        return new HttpOptions(host, value, bodyBytesMax, api);
    }

    public HttpOptions withBodyBytesMax(int value) {
        return new HttpOptions(host, port, value, api);
    }

    public HttpOptions withApi(AuthOptions value) {
        return new HttpOptions(host, port, bodyBytesMax, Optional.of(value));
    }
}
