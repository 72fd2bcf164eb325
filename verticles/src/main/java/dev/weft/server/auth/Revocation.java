package dev.weft.server.auth;

import java.util.Objects;

/**
 * Takes back what was granted: every proof of a subject that was issued before a moment, or one proof by its id.
 *
 * @param name subject or token id
 * @param atMillis wall clock of the revocation
 */
public record Revocation(Kind kind, String name, long atMillis) {
    /** Longer names are cut by nobody and revoked by nobody. */
    public static final int NAME_CHARS_MAX = 1_024;

    public enum Kind {
        SUBJECT,
        TOKEN
    }

    public Revocation {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(name, "name");
        if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
            throw new IllegalArgumentException("a revoked name has 1 to " + NAME_CHARS_MAX + " characters");
        }
    }

    /** A subject comes back with a proof that was issued later; a revoked proof never does. */
    public boolean meets(Identity identity) {
        return kind == Kind.TOKEN
                ? name.equals(identity.tokenId())
                : name.equals(identity.subject()) && identity.issuedAtMillis() <= atMillis;
    }
}
