package dev.weft.server.auth;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Finds out who asks. Thread-safe; called on event loops, so it must not block. */
public interface Authenticator {
    /** @return fails with {@link NotAuthenticatedException} if it is nobody known; with anything else if that cannot be found out now */
    Future<Identity> authenticate(Credentials credentials);

    /** Whether it lets in everybody. Such a node listens on loopback only, unless that is asked for. */
    default boolean isOpen() {
        return false;
    }

    /** Before the first question, for instance to fetch keys. */
    default Future<Void> start(Vertx vertx) {
        return Future.succeededFuture();
    }

    default Future<Void> close() {
        return Future.succeededFuture();
    }
}
