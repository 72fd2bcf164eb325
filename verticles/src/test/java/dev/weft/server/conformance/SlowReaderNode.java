package dev.weft.server.conformance;

import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.ChildProcess;
import dev.weft.server.kit.RawClient;
import dev.weft.server.storage.InMemoryDocumentStore;
import java.util.List;

/** One node in a JVM with little memory, which lets a reader that does not read be for a long time. */
final class SlowReaderNode {
    private static final int PATIENCE_MILLIS = 1_000_000;

    private SlowReaderNode() {}

    /** @param args none */
    public static void main(String[] args) {
        ServerOptions options = ServerOptions.DEFAULT
                .withGateways(1)
                .withPlugins(List.of())
                .withGateway(GatewayOptions.DEFAULT.withHost("localhost").withPort(0).toBuilder()
                        .stalledMillisMax(PATIENCE_MILLIS)
                        .silentMillisMax(PATIENCE_MILLIS)
                        .build());
        Server server = RawClient.await(Server.start(options, InMemoryDocumentStore.unshared()));
        ChildProcess.ready(server.port());
    }
}
