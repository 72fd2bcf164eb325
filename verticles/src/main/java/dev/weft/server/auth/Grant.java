package dev.weft.server.auth;

import java.util.Objects;

/** Documents, and what may be done with them. */
public record Grant(DocumentPattern documents, Access access) {
    public Grant {
        Objects.requireNonNull(documents, "documents");
        Objects.requireNonNull(access, "access");
    }
}
