package dev.weft.server.kit;

import dev.weft.protocol.codec.PluginCodec;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.List;
import java.util.function.Consumer;

/** One node on its own, on a free port, over a store of its own. Used from the test's thread. */
public final class TestNode implements AutoCloseable {
    private final Server server;

    private TestNode(Server server) {
        this.server = server;
    }

    /** Without plugins. */
    public static TestNode start() {
        return start(options -> {});
    }

    /** @param change what differs from a node without plugins */
    public static TestNode start(Consumer<ServerOptions.Builder> change) {
        return start(InMemoryDocumentStore.unshared(), change);
    }

    public static TestNode start(DocumentStore store, Consumer<ServerOptions.Builder> change) {
        ServerOptions.Builder options = ServerOptions.builder()
                .plugins(List.of())
                .gateway(GatewayOptions.builder().host("localhost").port(0).build());
        change.accept(options);
        return new TestNode(RawClient.await(Server.start(options.build(), store)));
    }

    public Server server() {
        return server;
    }

    public RawClient connect() {
        return RawClient.connect(server.vertx(), server.port());
    }

    /** @param plugins codecs of messages it understands besides the core's and presence */
    public RawClient connect(List<PluginCodec> plugins) {
        return RawClient.await(
                RawClient.open(server.vertx(), server.port(), new WebSocketConnectOptions().setURI("/"), plugins));
    }

    @Override
    public void close() {
        RawClient.await(server.stop());
    }
}
