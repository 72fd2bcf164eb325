package dev.weft.server.auth;

import dev.weft.server.registry.DocumentKey;
import io.vertx.core.Future;

/** Goes by what the identity was granted; what matches no grant is not allowed. */
public final class GrantedAccess implements AccessPolicy {
    @Override
    public Future<Rights> rights(Identity identity, DocumentKey document) {
        return Future.succeededFuture(of(identity, document.id()));
    }

    /** The most that any grant gives. */
    public static Rights of(Identity identity, String documentId) {
        Access access = Access.NONE;
        for (Grant grant : identity.grants()) {
            if (grant.documents().matches(documentId, identity.subject())) {
                access = access.or(grant.access());
            }
        }
        return access == Access.NONE ? Rights.NONE : new Rights(access, identity.peers());
    }
}
