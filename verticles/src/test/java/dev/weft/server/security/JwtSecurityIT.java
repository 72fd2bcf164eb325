package dev.weft.server.security;

import static dev.weft.server.security.SecureNode.assertJoinRefused;
import static dev.weft.server.security.SecureNode.join;
import static dev.weft.server.security.SecureNode.withQuery;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.Revocation;
import dev.weft.server.auth.jwt.JwtAuthenticator;
import dev.weft.server.auth.jwt.JwtOptions;
import dev.weft.server.auth.jwt.Tokens;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Signed tokens at the door of a node, with keys that an issuer publishes and changes. */
class JwtSecurityIT {
    private static final KeyPair FIRST = Tokens.rsa();
    private static final KeyPair SECOND = Tokens.rsa();
    private static final AtomicLong NANOS = new AtomicLong();

    private static Vertx vertx;
    private static volatile String published;
    private static SecureNode node;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        published = set("first", FIRST);
        HttpServer issuer = RawClient.await(vertx.createHttpServer()
                .requestHandler(request -> request.response().end(published))
                .listen(0, "127.0.0.1"));
        JwtOptions options = JwtOptions.DEFAULT
                .withJwksUrl(URI.create("http://127.0.0.1:" + issuer.actualPort() + "/keys"))
                .withAudiences("weft")
                .withLeewaySeconds(0);
        node = SecureNode.start(AuthOptions.of(new JwtAuthenticator(options, System::currentTimeMillis, NANOS::get)));
    }

    @AfterAll
    static void stop() {
        node.close();
        RawClient.await(vertx.close());
    }

    private static String set(String id, KeyPair pair) {
        return new JWKSet(new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                        .keyID(id)
                        .build())
                .toString();
    }

    private static String token(String keyId, KeyPair pair, JWTClaimsSet claims) {
        return Tokens.sign(new RSASSASigner(pair.getPrivate()), JWSAlgorithm.RS256, keyId, claims);
    }

    private static JWTClaimsSet.Builder ann() {
        return Tokens.ann(System.currentTimeMillis());
    }

    @Test
    void onlyWhatTheIssuerSignedForUsComesIn() {
        node.connect(token("first", FIRST, ann().build())).close();
        assertThat(node.refusal(withQuery(token("first", SECOND, ann().build()))))
                .isEqualTo(401);
        assertThat(node.refusal(
                        withQuery(token("first", FIRST, ann().audience("other").build()))))
                .isEqualTo(401);
        JWTClaimsSet expired = ann().expirationTime(new Date(System.currentTimeMillis() - 1_000))
                .build();
        assertThat(node.refusal(withQuery(token("first", FIRST, expired)))).isEqualTo(401);
    }

    @Test
    void aTokenGrantsWhatItSays() {
        JWTClaimsSet claims =
                ann().claim("weft", Map.of("write", List.of("notes-*"))).build();
        Author author = new Author(1);
        try (RawClient client = node.connect(token("first", FIRST, claims))) {
            client.send(new HandshakeRequest("paper", author.peer(), author.holds(), Set.of()));
            assertJoinRefused(client, "may not open");
            join(client, "notes-1", author);
        }
    }

    @Test
    void aTokenThatExpiresClosesItsConnection() {
        JWTClaimsSet claims = ann().expirationTime(new Date(System.currentTimeMillis() + 2_500))
                .build();
        String token = token("first", FIRST, claims);
        try (RawClient client = join(node.connect(token), "notes-2", new Author(1))) {
            assertThat(client.closeCode()).isEqualTo(SecureNode.POLICY);
            assertThat(node.refusal(withQuery(token))).isEqualTo(401);
        }
    }

    @Test
    void aRevokedTokenClosesItsConnectionAndNoOther() {
        String revoked = token("first", FIRST, ann().jwtID("lost").build());
        String kept = token("first", FIRST, ann().jwtID("kept").build());
        try (RawClient thief = join(node.connect(revoked), "notes-3", new Author(1));
                RawClient ann = join(node.connect(kept), "notes-3", new Author(2))) {
            node.server().revoke(new Revocation(Revocation.Kind.TOKEN, "lost", System.currentTimeMillis()));
            assertThat(thief.closeCode()).isEqualTo(SecureNode.POLICY);
            assertThat(node.refusal(withQuery(revoked))).isEqualTo(401);
            join(ann, "notes-4", new Author(2));
        }
    }

    // The issuer changes its key; the first token that names the new one makes the node look.
    @Test
    void keysThatAreNewAreFoundAndOldOnesForgotten() {
        NANOS.addAndGet(60_000_000_000L);
        String current = token("second", SECOND, ann().build());
        String before = published;
        published = set("second", SECOND);
        try {
            node.connect(current).close();
            assertThat(node.refusal(withQuery(token("first", FIRST, ann().build()))))
                    .isEqualTo(401);
        } finally {
            published = before;
            NANOS.addAndGet(60_000_000_000L);
            node.connect(token("first", FIRST, ann().build())).close();
        }
    }
}
