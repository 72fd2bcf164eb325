package dev.weft.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TraceExportTest {
    @Test
    void aCollectorIsSentWhatWasTraced() throws Exception {
        CompletableFuture<String> received = new CompletableFuture<>();
        HttpServer collector = collector(received);
        String url = "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces";
        try {
            try (TraceExport export = TraceExport.to(url, 1, "node-7")) {
                export.telemetry()
                        .getTracer("test")
                        .spanBuilder("an edit")
                        .startSpan()
                        .end();
            }
            // Closing sends what is left.
            assertThat(received.get(60, TimeUnit.SECONDS)).contains("an edit", "node-7");
        } finally {
            collector.stop(0);
        }
    }

    private static HttpServer collector(CompletableFuture<String> received) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            received.complete(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    @Test
    void anAddressThatIsNoneIsToldBeforeTheNodeStarts() {
        assertThatThrownBy(() -> TraceExport.to("nowhere", 1, "node-7"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("traces.url");
    }
}
