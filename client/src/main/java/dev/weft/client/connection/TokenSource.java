package dev.weft.client.connection;

import io.vertx.core.Future;

/** Supplies the credential for each new connection, so that an expired one is replaced by reconnecting. */
@FunctionalInterface
public interface TokenSource {
    /** Where the token goes. Browsers can set no headers, so servers accept the query too. */
    enum Placement {
        /** As {@code Authorization: Bearer <token>}. */
        AUTHORIZATION_HEADER,
        /** As the query parameter {@code token}. Ends up in access logs: prefer the header. */
        QUERY_PARAMETER
    }

    /** A failed future fails the attempt to connect; the next attempt asks again. */
    Future<String> token();
}
