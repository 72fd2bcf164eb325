package dev.weft.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cluster.BusTls;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.server.ServerOptions;
import dev.weft.server.auth.Access;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.Peers;
import dev.weft.server.auth.Revocation;
import dev.weft.server.auth.StaticTokenAuthenticator;
import dev.weft.server.gateway.TlsFiles;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What travels is encrypted where it was asked for, towards clients and between nodes. */
class TlsSecurityIT {
    private static final String TOKEN = "token-of-ann-0123456789";

    @TempDir
    static Path folder;

    private static Vertx vertx;
    private static Certificates certificates;

    @BeforeAll
    static void start() throws IOException {
        vertx = Vertx.vertx();
        certificates = new Certificates(folder, "authority");
        certificates.issue("node");
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
    void nodesTalkEncryptedAndOnlyToEachOther() {
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
            assertStrangersAreRefused(cluster);
            cluster.node(0).revoke(new Revocation(Revocation.Kind.SUBJECT, "ann", System.currentTimeMillis()));
            assertThat(List.of(writer.closeCode(), reader.closeCode()))
                    .containsExactly(SecureNode.POLICY, SecureNode.POLICY);
        }
    }

    private static ServerOptions encrypted(ServerOptions options, BusTls tls, AuthOptions auth) {
        return options.withCluster(options.cluster().orElseThrow().withBusTls(tls))
                .withGateway(options.gateway().withAuth(auth));
    }

    private static RawClient connect(TestCluster cluster, int index) {
        return RawClient.await(RawClient.open(vertx, cluster.node(index).port(), SecureNode.withQuery(TOKEN)));
    }

    /** Whoever has no certificate of the authority does not get a word in. */
    private static void assertStrangersAreRefused(TestCluster cluster) {
        List<X509Certificate> shown = new ArrayList<>();
        assertThatThrownBy(() -> handshakeWithoutCertificate(cluster.busPort(0), shown))
                .isInstanceOf(IOException.class);
        assertThat(shown).as("what the node showed before it refused").isNotEmpty();
    }

    /** In a version where the server's verdict belongs to the handshake. */
    private static void handshakeWithoutCertificate(int port, List<X509Certificate> shown) throws Exception {
        SSLContext context = SSLContext.getInstance("TLSv1.2");
        context.init(null, new TrustManager[] {new Credulous(shown)}, null);
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
