package dev.weft.server.auth;

import dev.weft.server.auth.Credentials.Source;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Finds the token in a request. The first place that has one wins, in the order of {@link Source}; the others are not
 * looked at, so that nobody is let in by a second token after a first one was refused.
 */
public final class CredentialsReader {
    /** {@code ?token=…}; the only place where unchanged Dart clients can put one. */
    public static final String QUERY_PARAMETER = "token";

    public static final String COOKIE = "weft_token";

    /** A browser offers {@code ["weft", "weft.token.…"]}; the server selects {@code weft} and never repeats the token. */
    public static final String SUBPROTOCOL = "weft";

    public static final String SUBPROTOCOL_PREFIX = "weft.token.";

    /** A longer one is no token; a signed one with hundreds of grants has a few thousand characters. */
    public static final int TOKEN_CHARS_MAX = 8_192;

    private static final String BEARER = "bearer ";

    private CredentialsReader() {}

    /**
     * @param query without the question mark; may be null
     * @param headers names in lower case, values of repeated headers joined by comma or only the first
     * @throws NotAuthenticatedException if a token is there and too long
     */
    public static Credentials read(String path, String query, Map<String, String> headers, String remoteAddress) {
        String token = bearer(headers.get("authorization"));
        Source source = Source.AUTHORIZATION_HEADER;
        if (token == null) {
            token = subprotocol(headers.get("sec-websocket-protocol"));
            source = Source.SUBPROTOCOL;
        }
        if (token == null) {
            token = parameter(query);
            source = Source.QUERY;
        }
        if (token == null) {
            token = cookie(headers.get("cookie"));
            source = Source.COOKIE;
        }
        if (token != null && token.length() > TOKEN_CHARS_MAX) {
            throw new NotAuthenticatedException("The token is longer than " + TOKEN_CHARS_MAX + " characters");
        }
        return new Credentials(token, token == null ? Source.NOWHERE : source, path, remoteAddress);
    }

    private static String bearer(String header) {
        if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return null;
        }
        return notEmpty(header.substring(BEARER.length()).strip());
    }

    private static String subprotocol(String header) {
        if (header == null) {
            return null;
        }
        for (String offered : header.split(",")) {
            String name = offered.strip();
            if (name.startsWith(SUBPROTOCOL_PREFIX)) {
                return notEmpty(name.substring(SUBPROTOCOL_PREFIX.length()));
            }
        }
        return null;
    }

    private static String parameter(String query) {
        if (query == null) {
            return null;
        }
        for (String pair : query.split("&")) {
            if (pair.startsWith(QUERY_PARAMETER + "=")) {
                try {
                    return notEmpty(
                            URLDecoder.decode(pair.substring(QUERY_PARAMETER.length() + 1), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    throw new NotAuthenticatedException("The query is not well formed");
                }
            }
        }
        return null;
    }

    private static String cookie(String header) {
        if (header == null) {
            return null;
        }
        for (String each : header.split(";")) {
            String cookie = each.strip();
            if (cookie.startsWith(COOKIE + "=")) {
                return notEmpty(cookie.substring(COOKIE.length() + 1));
            }
        }
        return null;
    }

    private static String notEmpty(String token) {
        return token.isEmpty() ? null : token;
    }
}
