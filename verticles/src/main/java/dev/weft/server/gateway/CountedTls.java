package dev.weft.server.gateway;

import dev.weft.server.limits.ConnectionCounts;
import dev.weft.server.limits.Limit;
import dev.weft.server.limits.LimitCounters;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;

/**
 * Counts connections from their first byte of TLS. Vert.x tells of one only when its handshake is done, so without this
 * whoever begins handshakes and ends none would have as many connections, each with its engine, as the system has
 * handles. Thread-safe.
 */
final class CountedTls extends JdkSSLEngineOptions {
    private final ConnectionCounts counts;
    private final LimitCounters counters;

    CountedTls(ConnectionCounts counts, LimitCounters counters) {
        this.counts = counts;
        this.counters = counters;
        // A signature takes a millisecond, in which an event loop serves hundreds of messages.
        setUseWorkerThread(true);
    }

    /** The same: what it counts must stay in one place. */
    @Override
    public CountedTls copy() {
        return this;
    }

    @Override
    public SslContextFactory sslContextFactory() {
        return new DefaultSslContextFactory(SslProvider.JDK, false) {
            @Override
            public SslContext create() throws SSLException {
                return new CountedContext(super.create());
            }
        };
    }

    /** Makes handlers that count; everything else is the other's. */
    private final class CountedContext extends SslContext {
        private final SslContext context;

        CountedContext(SslContext context) {
            this.context = context;
        }

        @Override
        protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls, Executor delegated) {
            return new CountedHandler(newEngine(allocator), startTls, delegated);
        }

        @Override
        protected SslHandler newHandler(
                ByteBufAllocator allocator, String peerHost, int peerPort, boolean startTls, Executor delegated) {
            return new CountedHandler(newEngine(allocator, peerHost, peerPort), startTls, delegated);
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator allocator) {
            return context.newEngine(allocator);
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
            return context.newEngine(allocator, peerHost, peerPort);
        }

        @Override
        public boolean isClient() {
            return context.isClient();
        }

        @Override
        public List<String> cipherSuites() {
            return context.cipherSuites();
        }

        // Netty has deprecated the type and still asks for it.
        @SuppressWarnings("deprecation")
        @Override
        public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
            return context.applicationProtocolNegotiator();
        }

        @Override
        public SSLSessionContext sessionContext() {
            return context.sessionContext();
        }
    }

    /** Takes up a place until its handshake has ended, one way or the other. */
    private final class CountedHandler extends SslHandler {
        CountedHandler(SSLEngine engine, boolean startTls, Executor delegated) {
            super(engine, startTls, delegated);
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) throws Exception {
            super.handlerAdded(context);
            String address = context.channel().remoteAddress() instanceof InetSocketAddress socket
                    ? socket.getAddress().getHostAddress()
                    : "";
            ConnectionCounts.Place place = counts.open(address, counters);
            if (place == null) {
                context.close();
                return;
            }
            handshakeFuture().addListener(ended -> {
                // Before Vert.x tells of the connection, which then takes a place of its own.
                place.free();
                if (ended.cause() instanceof SslHandshakeTimeoutException) {
                    counters.hit(Limit.UPGRADE_TIME);
                }
            });
        }
    }
}
