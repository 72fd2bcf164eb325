package dev.weft.server.auth;

import java.util.List;
import java.util.Objects;

/**
 * Who a client proved to be, and what its proof grants.
 *
 * @param subject who; what logs name and what can be revoked. Never secret
 * @param tokenId which proof of that subject, so that one can be revoked alone; null if proofs have no names
 * @param issuedAtMillis wall clock; a revocation of the subject reaches what was issued before it. 0 if unknown
 * @param expiresAtMillis wall clock at which its connections are closed; {@link #NEVER} if at none
 * @param grants what the built-in policy goes by
 * @param peers as whom it may write, whatever the document
 */
public record Identity(
        String subject, String tokenId, long issuedAtMillis, long expiresAtMillis, List<Grant> grants, Peers peers) {
    public static final long NEVER = Long.MAX_VALUE;

    /** Somebody who proved nothing and may do everything; what a node without authentication takes everybody for. */
    public static final Identity ANONYMOUS =
            new Identity("anonymous", null, 0, NEVER, List.of(new Grant(DocumentPattern.ALL, Access.WRITE)), Peers.ANY);

    public Identity {
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(peers, "peers");
        grants = List.copyOf(grants);
    }
}
