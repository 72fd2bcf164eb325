package dev.weft.server.auth.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.weft.server.auth.Access;
import dev.weft.server.auth.Credentials;
import dev.weft.server.auth.Credentials.Source;
import dev.weft.server.auth.GrantedAccess;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.NotAuthenticatedException;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwtAuthenticatorTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final String SECRET = "a secret of more than thirty-two bytes";
    private static final KeyPair RSA = Tokens.rsa();
    private static final KeyPair OTHER_RSA = Tokens.rsa();
    private static final KeyPair EC = Tokens.ec();

    @TempDir
    static Path folder;

    private static Vertx vertx;
    private static JwtAuthenticator authenticator;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        authenticator = started(JwtOptions.DEFAULT
                .withAlgorithms("RS256", "ES256", "HS256")
                .withKeyFiles(List.of(
                        Tokens.file(folder, "rsa.pem", Tokens.pem(RSA.getPublic())),
                        Tokens.file(folder, "ec.pem", Tokens.pem(EC.getPublic()))))
                .withSecretFile(Tokens.file(folder, "secret", SECRET + "\n"))
                .withIssuer("https://issuer.example")
                .withAudiences("weft", "other"));
    }

    private static JwtAuthenticator started(JwtOptions options) {
        JwtAuthenticator started = new JwtAuthenticator(options, () -> NOW, () -> 0);
        RawClient.await(started.start(vertx));
        return started;
    }

    @AfterAll
    static void stop() {
        RawClient.await(authenticator.close().compose(closed -> vertx.close()));
    }

    @Test
    void believesWhatItsKeysHaveSigned() throws JOSEException {
        assertThat(ask(rs256(ann())).result().subject()).isEqualTo("ann");
        assertThat(ask(Tokens.sign(new ECDSASigner((ECPrivateKey) EC.getPrivate()), JWSAlgorithm.ES256, null, ann()))
                        .result()
                        .subject())
                .isEqualTo("ann");
        assertThat(ask(Tokens.sign(new MACSigner(SECRET), JWSAlgorithm.HS256, null, ann()))
                        .result()
                        .subject())
                .isEqualTo("ann");
    }

    /** Each by its own signature where it is allowed, and not at all where another one is. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
                "ES512"
            })
    void knowsTheAlgorithm(String name) throws JOSEException {
        JWSAlgorithm algorithm = JWSAlgorithm.parse(name);
        String secret = "s".repeat(64);
        // The hash of 512 bits goes with a curve of 521.
        KeyPair ec = Tokens.ec("secp" + name.substring(2).replace("512", "521") + "r1");
        JWSSigner signer =
                switch (name.substring(0, 2)) {
                    case "HS" -> new MACSigner(secret);
                    case "ES" -> new ECDSASigner((ECPrivateKey) ec.getPrivate());
                    default -> new RSASSASigner(RSA.getPrivate());
                };
        JwtOptions keys = JwtOptions.DEFAULT
                .withKeyFiles(List.of(
                        Tokens.file(folder, name + "-rsa.pem", Tokens.pem(RSA.getPublic())),
                        Tokens.file(folder, name + "-ec.pem", Tokens.pem(ec.getPublic()))))
                .withSecretFile(Tokens.file(folder, name + "-secret", secret));
        String token = Tokens.sign(signer, algorithm, null, ann());
        JwtAuthenticator allowing = started(keys.withAlgorithms(name));
        assertThat(ask(allowing, token).succeeded()).isTrue();
        JwtAuthenticator other = started(keys.withAlgorithms(name.equals("RS256") ? "ES256" : "RS256"));
        assertThat(ask(other, token).cause()).isInstanceOf(NotAuthenticatedException.class);
        RawClient.await(allowing.close().compose(closed -> other.close()));
    }

    @Test
    void takesOverWhatIsGrantedAndUntilWhen() {
        String peer = "11111111-1111-4111-8111-111111111111";
        Identity identity = ask(rs256(Tokens.ann(NOW)
                        .claim(
                                "weft",
                                Map.of(
                                        "read",
                                        List.of("*"),
                                        "write",
                                        List.of("user/{subject}"),
                                        "peers",
                                        List.of(peer)))
                        .build()))
                .result();
        assertThat(identity.expiresAtMillis()).isEqualTo(NOW + 60_000 + 30_000);
        assertThat(identity.issuedAtMillis()).isEqualTo(NOW);
        assertThat(identity.tokenId()).isEqualTo("token-1");
        assertThat(GrantedAccess.of(identity, "user/ann").access()).isEqualTo(Access.WRITE);
        assertThat(GrantedAccess.of(identity, "user/bob").access()).isEqualTo(Access.READ);
        assertThat(identity.peers().isAny()).isFalse();
    }

    @Test
    void withoutAClaimNothingIsGranted() {
        Identity identity =
                ask(rs256(Tokens.ann(NOW).claim("weft", null).build())).result();
        assertThat(GrantedAccess.of(identity, "paper").access()).isEqualTo(Access.NONE);
    }

    @Test
    void aMissingTokenOrOneThatIsNone() {
        assertRefused(null);
        assertRefused("");
        assertRefused("a.b.c");
        assertRefused("eyJ".repeat(100));
    }

    @Test
    void aTokenWithoutASignature() {
        assertRefused(new PlainJWT(ann()).serialize());
        // The same by hand, in the spellings that have fooled others.
        for (String none : List.of("none", "None", "NONE", "nOnE")) {
            String header = encode("{\"alg\":\"" + none + "\",\"typ\":\"JWT\"}");
            assertRefused(header + "." + encode(ann().toString()) + ".");
            assertRefused(header + "." + encode(ann().toString()) + "." + encode("x"));
        }
        String signed = rs256(ann());
        assertRefused(signed.substring(0, signed.lastIndexOf('.') + 1));
    }

    // The public key is known to everybody. Taken for a shared secret, it would sign whatever they like.
    @Test
    void aPublicKeyTakenForASharedSecret() throws JOSEException {
        for (byte[] known : List.of(
                Tokens.pem(RSA.getPublic()).getBytes(StandardCharsets.UTF_8),
                RSA.getPublic().getEncoded())) {
            assertRefused(Tokens.sign(new MACSigner(known), JWSAlgorithm.HS256, null, ann()));
        }
        // Not even where shared secrets are allowed and there is none.
        JwtAuthenticator withoutSecret = started(JwtOptions.DEFAULT
                .withAlgorithms("RS256", "HS256")
                .withKeyFiles(List.of(Tokens.file(folder, "confused.pem", Tokens.pem(RSA.getPublic())))));
        byte[] modulus = ((RSAPublicKey) RSA.getPublic()).getModulus().toByteArray();
        for (byte[] known : List.of(RSA.getPublic().getEncoded(), modulus)) {
            String forged = Tokens.sign(new MACSigner(known), JWSAlgorithm.HS256, null, ann());
            assertThat(ask(withoutSecret, forged).cause()).isInstanceOf(NotAuthenticatedException.class);
        }
        RawClient.await(withoutSecret.close());
    }

    @Test
    void keyFilesThatChangeAreReadAgain() {
        Path file = Tokens.file(folder, "changing.pem", Tokens.pem(OTHER_RSA.getPublic()));
        JwtOptions often = new JwtOptions(Set.of("RS256"), List.of(file), null, null, null, Set.of(), 30, "weft", 50);
        JwtAuthenticator changing = started(often);
        assertThat(ask(changing, rs256(ann())).succeeded()).isFalse();
        Tokens.file(folder, "changing.pem", "nothing that could be read");
        Tokens.file(folder, "changing.pem", Tokens.pem(RSA.getPublic()));
        TestCluster.eventually(() -> ask(changing, rs256(ann())).succeeded());
        RawClient.await(changing.close());
    }

    @Test
    void aKeyThatIsNotOurs() throws JOSEException {
        assertRefused(Tokens.sign(new RSASSASigner(OTHER_RSA.getPrivate()), JWSAlgorithm.RS256, null, ann()));
        assertRefused(
                Tokens.sign(new MACSigner("another secret of more than 32 bytes"), JWSAlgorithm.HS256, null, ann()));
        // A token brings the key it was signed with, or says where it is.
        JWSHeader bringsItsKey = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .jwk(new RSAKey.Builder((RSAPublicKey) OTHER_RSA.getPublic()).build())
                .jwkURL(java.net.URI.create("http://evil.example/keys"))
                .build();
        assertRefused(Tokens.sign(new RSASSASigner(OTHER_RSA.getPrivate()), bringsItsKey, ann()));
    }

    @Test
    void anAlgorithmThatIsNotAllowed() {
        assertRefused(Tokens.sign(new RSASSASigner(RSA.getPrivate()), JWSAlgorithm.RS512, null, ann()));
        assertRefused(Tokens.sign(new RSASSASigner(RSA.getPrivate()), JWSAlgorithm.PS256, null, ann()));
    }

    @Test
    void anAudienceOrIssuerThatIsNotOurs() {
        assertRefused(rs256(Tokens.ann(NOW).audience("somebody else").build()));
        assertRefused(rs256(Tokens.ann(NOW).audience((String) null).build()));
        assertRefused(rs256(Tokens.ann(NOW).issuer("https://evil.example").build()));
        assertRefused(rs256(Tokens.ann(NOW).issuer(null).build()));
        assertThat(ask(rs256(Tokens.ann(NOW).audience(List.of("x", "other")).build()))
                        .succeeded())
                .isTrue();
    }

    @Test
    void aTimeThatIsOverOrHasNotCome() {
        assertRefused(
                rs256(Tokens.ann(NOW).expirationTime(new Date(NOW - 31_000)).build()));
        assertRefused(
                rs256(Tokens.ann(NOW).notBeforeTime(new Date(NOW + 31_000)).build()));
        assertRefused(rs256(Tokens.ann(NOW).expirationTime(null).build()));
        // Clocks of issuers may differ a little.
        assertThat(ask(rs256(Tokens.ann(NOW)
                                .expirationTime(new Date(NOW - 29_000))
                                .build()))
                        .succeeded())
                .isTrue();
    }

    @Test
    void aTokenOfNobody() {
        assertRefused(rs256(Tokens.ann(NOW).subject(null).build()));
    }

    @Test
    void claimsThatAreNotWellFormed() {
        for (Object wrong : List.of(
                "everything",
                Map.of("write", "*"),
                Map.of("write", List.of(1)),
                Map.of("write", List.of("")),
                Map.of("peers", List.of("not-a-peer")),
                Map.of("read", java.util.Collections.nCopies(GrantsClaim.ENTRIES_MAX + 1, "x")))) {
            assertRefused(rs256(Tokens.ann(NOW).claim("weft", wrong).build()));
        }
    }

    @Test
    void aHeaderThatMustBeUnderstoodAndIsNot() {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .criticalParams(Set.of("extra"))
                .customParam("extra", true)
                .build();
        assertRefused(Tokens.sign(new RSASSASigner(RSA.getPrivate()), header, ann()));
    }

    @Test
    void withoutAKeyOrWithAWeakOneItDoesNotStart() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JwtAuthenticator(JwtOptions.DEFAULT, () -> NOW, () -> 0));
        assertThatThrownBy(() -> KeyFiles.read(
                        JwtOptions.DEFAULT.withSecretFile(Tokens.file(folder, "weak", "only a short one"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("32 bytes");
        assertThatThrownBy(() -> KeyFiles.read(
                        JwtOptions.DEFAULT.withKeyFiles(List.of(Tokens.file(folder, "none.pem", "nothing")))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none.pem");
        assertThatThrownBy(() -> KeyFiles.read(JwtOptions.DEFAULT.withKeyFiles(List.of(folder.resolve("missing")))))
                .isInstanceOf(IOException.class);
    }

    // A set that publishes a shared secret has given it away.
    @Test
    void aSecretInAPublishedSetIsLeftOut() throws Exception {
        String set = "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" + encode(SECRET) + "\"},"
                + new RSAKey.Builder((RSAPublicKey) RSA.getPublic()).keyID("k").build() + "]}";
        assertThat(KeyFiles.publicKeys(set)).hasSize(1).allSatisfy(key -> assertThat(key)
                .isInstanceOf(RSAKey.class));
    }

    private static JWTClaimsSet ann() {
        return Tokens.ann(NOW).build();
    }

    private static String rs256(JWTClaimsSet claims) {
        return Tokens.sign(new RSASSASigner(RSA.getPrivate()), JWSAlgorithm.RS256, null, claims);
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Future<Identity> ask(String token) {
        return ask(authenticator, token);
    }

    private static Future<Identity> ask(JwtAuthenticator asked, String token) {
        return asked.authenticate(new Credentials(token, Source.QUERY, "/", "127.0.0.1"));
    }

    private static void assertRefused(String token) {
        assertThat(ask(token).cause()).isInstanceOf(NotAuthenticatedException.class);
    }
}
