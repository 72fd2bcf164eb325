package dev.weft.server.auth;

import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * Knows some secrets and whom each stands for. Keeps and compares digests only, so that neither a heap dump nor the time
 * an answer takes tells of a token.
 */
public final class StaticTokenAuthenticator implements Authenticator {
    /** Shorter secrets can be guessed. */
    public static final int TOKEN_CHARS_MIN = 16;

    private final Map<String, Identity> byDigest;

    /** @throws IllegalArgumentException if a token has fewer than {@link #TOKEN_CHARS_MIN} characters */
    public StaticTokenAuthenticator(Map<String, Identity> tokens) {
        Map<String, Identity> digests = new HashMap<>();
        tokens.forEach((token, identity) -> {
            if (token.length() < TOKEN_CHARS_MIN || token.length() > CredentialsReader.TOKEN_CHARS_MAX) {
                throw new IllegalArgumentException("The token of " + identity.subject() + " must have "
                        + TOKEN_CHARS_MIN + " to " + CredentialsReader.TOKEN_CHARS_MAX + " characters");
            }
            digests.put(digest(token), identity);
        });
        this.byDigest = Map.copyOf(digests);
    }

    @Override
    public Future<Identity> authenticate(Credentials credentials) {
        if (credentials.token() == null) {
            return Future.failedFuture(new NotAuthenticatedException("A token is missing"));
        }
        Identity identity = byDigest.get(digest(credentials.token()));
        return identity == null
                ? Future.failedFuture(new NotAuthenticatedException("The token is not known"))
                : Future.succeededFuture(identity);
    }

    private static String digest(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Every Java has SHA-256", e);
        }
    }
}
