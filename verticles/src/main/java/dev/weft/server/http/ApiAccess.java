package dev.weft.server.http;

import dev.weft.server.auth.Access;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.Credentials;
import dev.weft.server.auth.CredentialsReader;
import dev.weft.server.auth.DocumentPattern;
import dev.weft.server.auth.Grant;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.NotAuthenticatedException;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** Who may call what. */
final class ApiAccess {
    private static final ApiProblem FORBIDDEN = new ApiProblem(403, "forbidden", "You may not do this");

    private final AuthOptions auth;
    private final Predicate<Identity> isRevoked;

    ApiAccess(AuthOptions auth, Predicate<Identity> isRevoked) {
        this.auth = auth;
        this.isRevoked = isRevoked;
    }

    /** @return fails with {@link NotAuthenticatedException} if nobody known asks */
    Future<Identity> authenticate(HttpServerRequest request, long wallMillis) {
        Map<String, String> headers = new HashMap<>();
        request.headers().forEach((name, value) -> headers.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
        // A page in a browser must not borrow a cookie, so a token counts in the header only.
        headers.remove("cookie");
        headers.remove("sec-websocket-protocol");
        Credentials credentials;
        try {
            credentials = CredentialsReader.read(
                    request.path(), null, headers, request.remoteAddress().hostAddress());
        } catch (NotAuthenticatedException e) {
            return Future.failedFuture(e);
        }
        return auth.authenticator()
                .authenticate(credentials)
                .compose(identity -> identity.expiresAtMillis() <= wallMillis || isRevoked.test(identity)
                        ? Future.failedFuture(new NotAuthenticatedException("The token has ended or was revoked"))
                        : Future.succeededFuture(identity));
    }

    /** @return fails with an {@link ApiProblem} if the caller may not */
    Future<Void> require(ApiOperation.Need need, Identity caller, DocumentKey document) {
        return switch (need) {
            case NOTHING -> Future.succeededFuture();
            case ADMIN -> mayOperate(caller) ? Future.succeededFuture() : Future.failedFuture(FORBIDDEN);
            case READ -> requireRights(Access.READ, caller, document);
            case WRITE -> requireRights(Access.WRITE, caller, document);
        };
    }

    private Future<Void> requireRights(Access wanted, Identity caller, DocumentKey document) {
        return auth.policy()
                .rights(caller, document)
                .compose(rights -> rights.access().allows(wanted)
                                && (wanted == Access.READ || rights.peers().isAny())
                        ? Future.succeededFuture()
                        : Future.failedFuture(FORBIDDEN));
    }

    /** Whoever was granted to write every document operates the cluster too. */
    private static boolean mayOperate(Identity caller) {
        return caller.grants().contains(new Grant(DocumentPattern.ALL, Access.WRITE));
    }
}
