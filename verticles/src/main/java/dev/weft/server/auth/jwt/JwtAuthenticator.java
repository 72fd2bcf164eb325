package dev.weft.server.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.weft.crdt.clock.WallClock;
import dev.weft.server.auth.Authenticator;
import dev.weft.server.auth.Credentials;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.NotAuthenticatedException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.text.ParseException;
import java.util.Date;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Believes tokens that one of its keys has signed. A token must have a subject and an end. Which algorithm a key may be
 * used for follows from the options and the kind of the key, never from the token: a token without a signature, or one
 * that takes a public key for a shared secret, finds no key at all.
 */
public final class JwtAuthenticator implements Authenticator {
    private static final long MILLIS_PER_SECOND = 1_000;

    private final JwtOptions options;
    private final JwtKeys keys;
    private final LongSupplier nanoTime;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    /** @throws IllegalArgumentException if the options name no key */
    public JwtAuthenticator(JwtOptions options, WallClock wallClock, LongSupplier nanoTime) {
        if (options.keyFiles().isEmpty() && options.secretFile() == null && options.jwksUrl() == null) {
            throw new IllegalArgumentException("signed tokens need a key file, a secret file or a JWK set");
        }
        this.options = options;
        this.keys = new JwtKeys(options);
        this.nanoTime = nanoTime;
        Set<JWSAlgorithm> algorithms = new HashSet<>();
        options.algorithms().forEach(name -> algorithms.add(JWSAlgorithm.parse(name)));
        processor.setJWSKeySelector(
                new JWSVerificationKeySelector<>(algorithms, (selector, context) -> selector.select(keys.all())));
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWTClaimsSetVerifier(new ClaimsVerifier(options, wallClock));
    }

    @Override
    public Future<Void> start(Vertx vertx) {
        return keys.start(vertx);
    }

    @Override
    public Future<Void> close() {
        return keys.close();
    }

    @Override
    public Future<Identity> authenticate(Credentials credentials) {
        if (credentials.token() == null) {
            return refused("A token is missing");
        }
        SignedJWT token;
        try {
            token = SignedJWT.parse(credentials.token());
        } catch (ParseException e) {
            return refused("The token is not a signed one");
        }
        String keyId = token.getHeader().getKeyID();
        boolean isKnown = keyId == null ? !keys.all().isEmpty() : keys.all().getKeyByKeyId(keyId) != null;
        return isKnown
                ? verify(token)
                : keys.refreshOnDemand(nanoTime.getAsLong()).compose(refreshed -> verify(token));
    }

    private Future<Identity> verify(SignedJWT token) {
        try {
            return Future.succeededFuture(identity(processor.process(token, null)));
        } catch (BadJOSEException | JOSEException e) {
            return refused("The token is not valid: " + e.getMessage());
        } catch (ParseException | IllegalArgumentException e) {
            return refused("The claims of the token are not well formed: " + e.getMessage());
        }
    }

    private Identity identity(JWTClaimsSet claims) throws ParseException {
        GrantsClaim grants = GrantsClaim.of(claims.getClaim(options.claim()));
        Date issued = claims.getIssueTime();
        return new Identity(
                claims.getSubject(),
                claims.getJWTID(),
                issued == null ? 0 : issued.getTime(),
                claims.getExpirationTime().getTime() + options.leewaySeconds() * MILLIS_PER_SECOND,
                grants.grants(),
                grants.peers());
    }

    private static Future<Identity> refused(String reason) {
        return Future.failedFuture(new NotAuthenticatedException(reason));
    }

    /** Takes the time from the clock it is given. */
    private static final class ClaimsVerifier extends DefaultJWTClaimsVerifier<SecurityContext> {
        private final WallClock wallClock;

        ClaimsVerifier(JwtOptions options, WallClock wallClock) {
            super(
                    options.audiences().isEmpty() ? null : options.audiences(),
                    expected(options),
                    Set.of("sub", "exp"),
                    Set.of());
            this.wallClock = wallClock;
            setMaxClockSkew(options.leewaySeconds());
        }

        private static JWTClaimsSet expected(JwtOptions options) {
            JWTClaimsSet.Builder expected = new JWTClaimsSet.Builder();
            return options.issuer() == null
                    ? expected.build()
                    : expected.issuer(options.issuer()).build();
        }

        @Override
        protected Date currentTime() {
            return new Date(wallClock.millis());
        }
    }
}
