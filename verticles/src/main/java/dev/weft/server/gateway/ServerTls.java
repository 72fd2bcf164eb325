package dev.weft.server.gateway;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Encryption of one gateway's port, with a certificate that may change. Confined to the gateway's context. */
final class ServerTls {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

    private final Vertx vertx;
    private final TlsFiles files;
    private final CountedTls engine;
    private final int handshakeMillisMax;
    private String seen;
    private String before;

    ServerTls(Vertx vertx, TlsFiles files, CountedTls engine, int handshakeMillisMax) {
        this.vertx = vertx;
        this.files = files;
        this.engine = engine;
        this.handshakeMillisMax = handshakeMillisMax;
    }

    void configure(HttpServerOptions options) {
        options.setSsl(true)
                .setKeyCertOptions(keyAndCertificate())
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setSslEngineOptions(engine)
                // WebSockets are HTTP/1.1, and what is not spoken cannot be abused.
                .setUseAlpn(false)
                .setSslHandshakeTimeout(handshakeMillisMax)
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    }

    private PemKeyCertOptions keyAndCertificate() {
        return new PemKeyCertOptions()
                .setCertPath(files.certificate().toString())
                .setKeyPath(files.key().toString());
    }

    /** Looks for changes from now on. The timer ends with the verticle. */
    Future<Void> watch(HttpServer server) {
        vertx.setPeriodic(files.reloadMillis(), timer -> look(server));
        return stamp().onSuccess(stamp -> seen = stamp).mapEmpty();
    }

    private void look(HttpServer server) {
        stamp().onSuccess(stamp -> {
                    // Once they rest: a certificate may be written a moment before its key.
                    if (!stamp.equals(seen) && stamp.equals(before)) {
                        seen = stamp;
                        reload(server);
                    }
                    before = stamp;
                })
                .onFailure(cause -> LOG.warn("The certificate stays as it was: {}", cause.getMessage()));
    }

    private void reload(HttpServer server) {
        ServerSSLOptions options = new ServerSSLOptions();
        options.setKeyCertOptions(keyAndCertificate());
        options.setEnabledSecureTransportProtocols(PROTOCOLS);
        // Forced, because the files have the names they had.
        server.updateSSLOptions(options, true)
                .onSuccess(done -> LOG.info("A new certificate from {} serves new connections", files.certificate()))
                .onFailure(cause -> LOG.warn(
                        "The certificate in {} cannot be used, the last one stays: {}",
                        files.certificate(),
                        cause.getMessage()));
    }

    private Future<String> stamp() {
        return vertx.fileSystem().props(files.certificate().toString()).compose(certificate -> vertx.fileSystem()
                .props(files.key().toString())
                .map(key -> certificate.lastModifiedTime() + " " + certificate.size() + " " + key.lastModifiedTime()
                        + " " + key.size()));
    }
}
