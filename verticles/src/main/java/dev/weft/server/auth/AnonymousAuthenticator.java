package dev.weft.server.auth;

import io.vertx.core.Future;

/** Takes everybody for {@link Identity#ANONYMOUS}. */
public final class AnonymousAuthenticator implements Authenticator {
    @Override
    public Future<Identity> authenticate(Credentials credentials) {
        return Future.succeededFuture(Identity.ANONYMOUS);
    }

    @Override
    public boolean isOpen() {
        return true;
    }
}
