package dev.weft.server.gateway;

import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.Credentials;
import dev.weft.server.auth.CredentialsReader;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.NotAuthenticatedException;
import dev.weft.server.auth.Origins;
import dev.weft.server.auth.Revocations;
import dev.weft.server.auth.Rights;
import dev.weft.server.limits.ConnectionCounts;
import dev.weft.server.limits.LimitCounters;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.plugin.ServerPlugin;
import dev.weft.server.plugin.Verdict;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.Future;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides who may connect; one for all gateways of a node. Thread-safe. */
public final class Doorkeeper {
    private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int UNAVAILABLE = 503;

    private final AuthOptions auth;
    private final Origins origins;
    private final Revocations revocations;
    private final PluginChain plugins;
    private final ConnectionCounts counts;
    private final LimitCounters counters;

    public Doorkeeper(
            GatewayOptions options,
            Revocations revocations,
            PluginChain plugins,
            ConnectionCounts counts,
            LimitCounters counters) {
        this.auth = options.auth();
        this.origins = options.origins();
        this.revocations = revocations;
        this.plugins = plugins;
        this.counts = counts;
        this.counters = counters;
    }

    /** @return fails with {@link Refused} */
    Future<Identity> admit(ServerPlugin.Upgrade upgrade, long wallMillis) {
        String origin = upgrade.headers().get("origin");
        if (!origins.allow(origin, upgrade.headers().get("host"))) {
            return refused(FORBIDDEN, "Pages from " + origin + " may not connect");
        }
        return allowed(plugins.connecting(upgrade))
                .compose(allowed -> identify(upgrade, wallMillis))
                .compose(identity ->
                        allowed(plugins.authenticated(upgrade, identity)).map(identity));
    }

    private static Future<Void> allowed(CompletionStage<Verdict> asked) {
        return Future.fromCompletionStage(asked)
                .compose(verdict -> verdict.isRefusal()
                        ? Future.failedFuture(new Refused(FORBIDDEN, verdict.code(), verdict.reason()))
                        : Future.succeededFuture());
    }

    private Future<Identity> identify(ServerPlugin.Upgrade upgrade, long wallMillis) {
        Credentials credentials;
        try {
            credentials =
                    CredentialsReader.read(upgrade.path(), upgrade.query(), upgrade.headers(), upgrade.remoteAddress());
        } catch (NotAuthenticatedException e) {
            return refused(UNAUTHORIZED, e.getMessage());
        }
        return asked(credentials)
                .recover(cause -> cause instanceof NotAuthenticatedException
                        ? refused(UNAUTHORIZED, cause.getMessage())
                        : unavailable(cause))
                .compose(identity -> identity.expiresAtMillis() <= wallMillis || revocations.meet(identity)
                        ? refused(UNAUTHORIZED, "The token of " + identity.subject() + " has ended or was revoked")
                        : Future.succeededFuture(identity));
    }

    private Future<Identity> asked(Credentials credentials) {
        try {
            return auth.authenticator().authenticate(credentials);
        } catch (RuntimeException e) {
            // Somebody else's code, and a fault in it lets nobody in.
            return Future.failedFuture(e);
        }
    }

    Future<Rights> rights(Identity identity, DocumentKey key) {
        try {
            return auth.policy().rights(identity, key);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private static Future<Identity> unavailable(Throwable cause) {
        LOG.warn("Nobody can be authenticated now", cause);
        return refused(UNAVAILABLE, "Authentication is not possible now");
    }

    private static Future<Identity> refused(int status, String reason) {
        return Future.failedFuture(new Refused(status, null, reason));
    }

    ConnectionCounts counts() {
        return counts;
    }

    LimitCounters counters() {
        return counters;
    }

    /** An upgrade that is answered with an HTTP status. */
    static final class Refused extends RuntimeException {
        private final int status;
        private final String code;

        Refused(int status, String code, String reason) {
            super(reason, null, false, false);
            this.status = status;
            this.code = code;
        }

        /** What the plugin that refused says; null if none did. */
        String code() {
            return code;
        }

        int status() {
            return status;
        }
    }
}
