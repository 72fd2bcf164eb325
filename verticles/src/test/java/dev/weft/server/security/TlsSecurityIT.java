package dev.weft.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weft.cluster.BusTls;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.server.ServerOptions;
import dev.weft.server.auth.Access;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.Peers;
import dev.weft.server.auth.Revocation;
import dev.weft.server.auth.Revocations;
import dev.weft.server.auth.StaticTokenAuthenticator;
import dev.weft.server.bus.RevocationChannel;
import dev.weft.server.gateway.TlsFiles;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.limits.ConnectionLimits;
import dev.weft.server.limits.Limit;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What travels is encrypted where it was asked for, towards clients and between nodes. */
class TlsSecurityIT {
    private static final String TOKEN = "token-of-ann-0123456789";

    @TempDir
    static Path folder;

    private static Vertx vertx;
    private static Certificates certificates;
    private static Certificates foreign;

    @BeforeAll
    static void start() throws IOException {
        vertx = Vertx.vertx();
        certificates = new Certificates(folder, "authority");
        certificates.issue("node");
        foreign = new Certificates(Files.createDirectory(folder.resolve("foreign")), "another-authority");
        foreign.issue("foreign");
    }

    @AfterAll
    static void stop() {
        RawClient.await(vertx.close());
    }

    @Test
    void aNewCertificateServesNewConnections() throws IOException {
        TlsFiles files = new TlsFiles(certificates.certificate("node"), certificates.key("node"), 100);
        try (SecureNode node = SecureNode.start(
                AuthOptions.NONE, options -> options.toBuilder().tls(files).build())) {
            BigInteger first = serialOf(node.server().port());
            assertThatThrownBy(() -> RawClient.connect(vertx, node.server().port()))
                    .as("without encryption")
                    .isInstanceOf(AssertionError.class);
            certificates.issue("renewed");
            Files.move(certificates.certificate("renewed"), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
            Files.move(certificates.key("renewed"), files.key(), StandardCopyOption.REPLACE_EXISTING);
            TestCluster.eventually(() -> !serialOf(node.server().port()).equals(first));
        }
    }

    // Vert.x tells of a connection when its handshake is done; these never get so far.
    @Test
    void handshakesThatNobodyEndsTakeNobodysPlaceForLong() throws IOException {
        TlsFiles files = new TlsFiles(certificates.certificate("node"), certificates.key("node"), 10_000);
        ConnectionLimits few = new ConnectionLimits(100, 100, 10, 10, 3_000, 60_000, 60_000, 0, 1, 0, 1);
        List<BareSocket> halfOpen = new ArrayList<>();
        try (SecureNode node = SecureNode.start(
                AuthOptions.NONE,
                options -> options.toBuilder().tls(files).connections(few).build())) {
            WebSocketConnectOptions encrypted = new WebSocketConnectOptions()
                    .setURI("/")
                    .setSsl(true)
                    .setSslOptions(new ClientSSLOptions()
                            .setHostnameVerificationAlgorithm("")
                            .setTrustAll(true));
            RawClient other = SecureNode.join(node.connect(encrypted), "d", new Author(1));
            for (int i = 0; i < 30; i++) {
                halfOpen.add(new BareSocket(node.server().port()));
            }
            for (BareSocket each : halfOpen) {
                assertThat(each.readUntilClosed()).as("no word of HTTP").hasSizeLessThan(100);
            }
            assertThat(node.reached(Limit.PENDING)).isPositive();
            assertThat(node.reached(Limit.UPGRADE_TIME)).isPositive();
            assertThat(node.reached(Limit.PENDING) + node.reached(Limit.UPGRADE_TIME))
                    .isEqualTo(halfOpen.size());
            other.send(new Ping("d", 7, null));
            other.next(Pong.class);
            SecureNode.join(node.connect(encrypted), "d", new Author(2)).close();
            other.close();
        } finally {
            halfOpen.forEach(BareSocket::close);
        }
    }

    // An operator copies half a file, and everybody goes on as before.
    @Test
    void aCertificateThatCannotBeReadChangesNothing() throws IOException {
        Path damaged = Files.copy(certificates.certificate("node"), folder.resolve("damaged.pem"));
        TlsFiles files = new TlsFiles(damaged, certificates.key("node"), 100);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("dev.weft.server.gateway.ServerTls");
        log.start();
        logger.addAppender(log);
        try (SecureNode node = SecureNode.start(
                AuthOptions.NONE, options -> options.toBuilder().tls(files).build())) {
            BigInteger first = serialOf(node.server().port());
            Files.writeString(files.certificate(), "-----BEGIN CERTIFICATE-----\nMIIB");
            TestCluster.eventually(() -> List.copyOf(log.list).stream()
                    .anyMatch(event -> event.getFormattedMessage().contains("the last one stays")));
            assertThat(serialOf(node.server().port())).isEqualTo(first);
        } finally {
            logger.detachAppender(log);
        }
    }

    /** Of the certificate that a client is shown, which trusts our authority only. */
    private static BigInteger serialOf(int port) {
        var client = vertx.createHttpClient(new HttpClientOptions()
                .setSsl(true)
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(certificates.certificateOfAuthority().toString())));
        try {
            return RawClient.await(
                    client.request(HttpMethod.GET, port, "localhost", "/").map(request -> {
                        try {
                            return ((X509Certificate) request.connection()
                                            .peerCertificates()
                                            .get(0))
                                    .getSerialNumber();
                        } catch (SSLPeerUnverifiedException e) {
                            throw new AssertionError(e);
                        }
                    }));
        } finally {
            RawClient.await(client.close());
        }
    }

    // Two nodes talk over an encrypted bus: an edit passes, and so does a revocation.
    @Test
    void nodesTalkEncryptedAndOnlyToEachOther() throws IOException, GeneralSecurityException {
        BusTls tls = new BusTls(
                certificates.certificateOfAuthority(), certificates.certificate("node"), certificates.key("node"));
        AuthOptions auth = AuthOptions.of(new StaticTokenAuthenticator(
                Map.of(TOKEN, SecureNode.identity("ann", Peers.ANY, SecureNode.grant("*", Access.WRITE)))));
        try (TestCluster cluster = TestCluster.start(2, options -> encrypted(options, tls, auth))) {
            Author ann = new Author(1);
            RawClient writer = SecureNode.join(connect(cluster, 0), "notes", ann);
            RawClient reader = SecureNode.join(connect(cluster, 1), "notes", new Author(2));
            writer.send(new ChangeMessage("notes", ann.type('a')));
            assertThat(reader.next(ChangeMessage.class).change().author()).isEqualTo(ann.peer());
            assertStrangersAreRefused(cluster, null);
            assertStrangersAreRefused(cluster, foreignKeys());
            cluster.node(0).revoke(new Revocation(Revocation.Kind.SUBJECT, "ann", System.currentTimeMillis()));
            assertThat(List.of(writer.closeCode(), reader.closeCode()))
                    .containsExactly(SecureNode.POLICY, SecureNode.POLICY);
            assertThatWhoStartsLaterLearnsOfIt(cluster);
        }
    }

    /** As a node does that starts now, and knows nothing yet. */
    private static void assertThatWhoStartsLaterLearnsOfIt(TestCluster cluster) {
        Revocations late = new Revocations();
        RevocationChannel channel = new RevocationChannel(cluster.node(1).vertx(), late, learned -> {});
        RawClient.await(channel.start());
        TestCluster.eventually(() -> late.meet(SecureNode.identity("ann", Peers.ANY)));
        RawClient.await(channel.stop());
    }

    private static ServerOptions encrypted(ServerOptions options, BusTls tls, AuthOptions auth) {
        return options.withCluster(options.cluster().orElseThrow().withBusTls(tls))
                .withGateway(options.gateway().withAuth(auth));
    }

    private static RawClient connect(TestCluster cluster, int index) {
        return RawClient.await(RawClient.open(vertx, cluster.node(index).port(), SecureNode.withQuery(TOKEN)));
    }

    /** Whoever has no certificate of the authority does not get a word in. @param keys with another one's; null for none */
    private static void assertStrangersAreRefused(TestCluster cluster, KeyManager[] keys) {
        List<X509Certificate> shown = new ArrayList<>();
        assertThatThrownBy(() -> handshakeAsStranger(cluster.busPort(0), keys, shown))
                .isInstanceOf(IOException.class);
        assertThat(shown).as("what the node showed before it refused").isNotEmpty();
    }

    /** As a node of another company has them, whose network was joined to ours. */
    private static KeyManager[] foreignKeys() throws IOException, GeneralSecurityException {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(foreign.store("foreign"), Certificates.PASSWORD.toCharArray());
        return factory.getKeyManagers();
    }

    // Hazelcast lets it in, since it can ask for no certificate; the bus, over which all content goes, does not.
    @Test
    void aNodeOfAnotherAuthorityNeitherHearsNorIsHeard() {
        BusTls ours = new BusTls(
                certificates.certificateOfAuthority(), certificates.certificate("node"), certificates.key("node"));
        BusTls theirs =
                new BusTls(foreign.certificateOfAuthority(), foreign.certificate("foreign"), foreign.key("foreign"));
        Iterator<BusTls> each = List.of(ours, ours, theirs).iterator();
        try (TestCluster cluster = TestCluster.start(3, options -> encrypted(options, each.next(), AuthOptions.NONE))) {
            for (int i = 0; i < 3; i++) {
                EventBus bus = cluster.node(i).vertx().eventBus();
                String name = "whoever-asks-" + i;
                RawClient.await(
                        bus.consumer(name, message -> message.reply(name)).completion());
            }
            // An address is known to the others a moment later.
            TestCluster.eventually(() -> answers(cluster, 0, 1));
            assertThat(answers(cluster, 2, 0)).isFalse();
            assertThat(answers(cluster, 0, 2)).isFalse();
        }
    }

    /** Whether one node hears another within two seconds. */
    private static boolean answers(TestCluster cluster, int asking, int asked) {
        DeliveryOptions soon = new DeliveryOptions().setSendTimeout(2_000);
        EventBus bus = cluster.node(asking).vertx().eventBus();
        try {
            bus.request("whoever-asks-" + asked, "hello", soon)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            return false;
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** In a version where the server's verdict belongs to the handshake. */
    private static void handshakeAsStranger(int port, KeyManager[] keys, List<X509Certificate> shown) throws Exception {
        SSLContext context = SSLContext.getInstance("TLSv1.2");
        context.init(keys, new TrustManager[] {new Credulous(shown)}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            if (socket.getInputStream().read() < 0) {
                throw new IOException("Closed");
            }
        }
    }

    /** Trusts everybody, and remembers whom. */
    private record Credulous(List<X509Certificate> shown) implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            shown.addAll(List.of(chain));
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
