package dev.weft.server.auth;

import java.util.Objects;

/**
 * Who is let in and to what.
 *
 * @param origins pages browsers may come from; null for {@link Origins#LOOPBACK} on a node that listens on loopback only
 *     and {@link Origins#SAME_HOST} on any other
 * @param allowOpen whether an authenticator that lets in everybody may serve more than this machine
 */
public record AuthOptions(Authenticator authenticator, AccessPolicy policy, Origins origins, boolean allowOpen) {
    /** Everybody may do everything; serves loopback only. */
    public static final AuthOptions NONE =
            new AuthOptions(new AnonymousAuthenticator(), new GrantedAccess(), null, false);

    public AuthOptions {
        Objects.requireNonNull(authenticator, "authenticator");
        Objects.requireNonNull(policy, "policy");
    }

    public static AuthOptions of(Authenticator authenticator) {
        return new AuthOptions(authenticator, new GrantedAccess(), null, false);
    }

    public AuthOptions withPolicy(AccessPolicy value) {
        return new AuthOptions(authenticator, value, origins, allowOpen);
    }

    public AuthOptions withOrigins(Origins value) {
        return new AuthOptions(authenticator, policy, value, allowOpen);
    }

    public AuthOptions withAllowOpen(boolean value) {
        return new AuthOptions(authenticator, policy, origins, value);
    }
}
