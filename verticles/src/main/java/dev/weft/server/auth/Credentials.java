package dev.weft.server.auth;

import java.util.Objects;

/**
 * What a client shows when it asks for a connection or calls the HTTP interface. Its text form does not show the token.
 *
 * @param token null if it shows none
 * @param source where the token was found
 * @param path of the request, without its query
 * @param remoteAddress of the client, or of the last proxy before this node
 */
public record Credentials(String token, Source source, String path, String remoteAddress) {
    /** Where a token may stand. Browsers cannot set headers of a WebSocket, hence more than one. */
    public enum Source {
        NOWHERE,
        AUTHORIZATION_HEADER,
        SUBPROTOCOL,
        QUERY,
        COOKIE
    }

    public Credentials {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(remoteAddress, "remoteAddress");
    }

    @Override
    public String toString() {
        return "Credentials[token from " + source + ", path=" + path + ", remoteAddress=" + remoteAddress + "]";
    }
}
