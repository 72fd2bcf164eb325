package dev.weft.server.security;

import static dev.weft.server.security.SecureNode.assertJoinRefused;
import static dev.weft.server.security.SecureNode.join;
import static dev.weft.server.security.SecureNode.withQuery;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
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
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.net.URI;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.slf4j.LoggerFactory;

/** Signed tokens at the door of a node, with keys that an issuer publishes and changes. */
class JwtSecurityIT {
    private static final KeyPair FIRST = Tokens.rsa();
    private static final KeyPair SECOND = Tokens.rsa();
    private static final AtomicLong NANOS = new AtomicLong();
    private static final String MALFORMED = "not-well-formed-%zz-secret";
    private static final AtomicInteger FETCHES = new AtomicInteger();

    private static Vertx vertx;
    private static volatile String published;
    private static SecureNode node;

    private Bystanders bystanders;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        published = set("first", FIRST);
        HttpServer issuer = RawClient.await(vertx.createHttpServer()
                .requestHandler(request -> {
                    FETCHES.incrementAndGet();
                    request.response().end(published);
                })
                .listen(0, "127.0.0.1"));
        JwtOptions options = JwtOptions.DEFAULT
                .withJwksUrl(URI.create("http://127.0.0.1:" + issuer.actualPort() + "/keys"))
                .withAudiences("weft")
                .withLeewaySeconds(0);
        node = SecureNode.start(AuthOptions.of(new JwtAuthenticator(options, System::currentTimeMillis, NANOS::get)));
    }

    @BeforeEach
    void somebodyWorks(TestInfo test) {
        String token = token(
                "first",
                FIRST,
                ann().expirationTime(new Date(System.currentTimeMillis() + 3_600_000))
                        .subject("bystander")
                        .build());
        bystanders = new Bystanders(test.getDisplayName(), () -> node.connect(token));
    }

    @AfterEach
    void andGoesOn() {
        bystanders.close();
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

    // Anybody can name a key, and the issuer must not be asked for each.
    @Test
    void tokensOfUnknownKeysDoNotMakeTheNodeAskAllTheTime() {
        NANOS.addAndGet(60_000_000_000L);
        int before = FETCHES.get();
        for (int i = 0; i < 20; i++) {
            assertThat(node.refusal(withQuery(token("unknown-" + i, SECOND, ann().build()))))
                    .isEqualTo(401);
        }
        assertThat(FETCHES.get() - before).isEqualTo(1);
    }

    @Test
    void anIssuerThatAnswersNonsenseTakesNobodysKeyAway() {
        String before = published;
        try {
            for (String nonsense : List.of("", "{", "<html>", "x".repeat(1 << 20))) {
                published = nonsense;
                NANOS.addAndGet(60_000_000_000L);
                assertThat(node.refusal(withQuery(token("unknown", SECOND, ann().build()))))
                        .isEqualTo(401);
                node.connect(token("first", FIRST, ann().build())).close();
            }
        } finally {
            published = before;
            NANOS.addAndGet(60_000_000_000L);
        }
    }

    // What stands in a query is in the logs of proxies anyway; that is no reason to have it in ours.
    @Test
    void noTokenIsLoggedWhateverTheLevel() throws IOException {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.addAppender(log);
        root.setLevel(Level.DEBUG);
        List<String> tokens = List.of(
                token("first", FIRST, ann().build()),
                token("first", SECOND, ann().build()),
                "no-token-at-all-but-a-secret");
        try {
            for (String token : tokens) {
                node.refusal(withQuery(token));
                node.refusal(new WebSocketConnectOptions().setURI("/").putHeader("Authorization", "Bearer " + token));
                node.refusal(new WebSocketConnectOptions().setURI("/").putHeader("Cookie", "weft_token=" + token));
                node.refusal(new WebSocketConnectOptions()
                        .setURI("/")
                        .setSubProtocols(List.of("weft", "weft.token." + token)));
            }
            try (BareSocket malformed = new BareSocket(node.server().port())) {
                malformed.write("GET /?token=" + MALFORMED + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Version: 13\r\n\r\n");
                assertThat(malformed.readLine()).startsWith("HTTP/1.1 401");
            }
        } finally {
            root.setLevel(before);
            root.detachAppender(log);
        }
        List<String> said = List.copyOf(log.list).stream()
                // The tests' own client says what it sends.
                .filter(event -> event.getLoggerName().startsWith("dev.weft"))
                .map(event -> event.getFormattedMessage() + " "
                        + (event.getThrowableProxy() == null
                                ? ""
                                : ThrowableProxyUtil.asString(event.getThrowableProxy())))
                .toList();
        assertThat(said).isNotEmpty();
        assertThat(said).noneSatisfy(line -> assertThat(line).contains(MALFORMED));
        for (String token : tokens) {
            String recognisable = token.substring(token.length() - 20);
            assertThat(said).noneSatisfy(line -> assertThat(line).contains(recognisable));
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
