package dev.weft.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.protocol.codec.FrameLimits;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.conformance.Exchange.Scenario;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.RawClient;
import dev.weft.server.storage.InMemoryDocumentStore;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every row of the protocol's state machines, over bare sockets and without any client code of ours. The rows are in
 * src/test/resources/conformance, in the words of {@link ScenarioRun}.
 */
class WireExchangesIT {
    private static final List<String> SCRIPTS =
            List.of("transport.txt", "frames.txt", "aware.txt", "relay.txt", "presence.txt");

    private static final int FRAME_BYTES_MAX = 256 << 10;

    /** Servers by the name that a scenario gives. */
    private static final Map<String, Function<ServerOptions, ServerOptions>> KINDS = Map.of(
            "plain", options -> options.withPlugins(List.of()),
            "presence", options -> options,
            "strict",
                    options ->
                            options.withPlugins(List.of()).withGateway(gateway().withCreate(false)),
            "impatient",
                    options -> options.withPlugins(List.of())
                            .withGateway(
                                    gateway().toBuilder().silentMillisMax(1_000).build()));

    private static final Map<String, Server> SERVERS = new ConcurrentHashMap<>();

    private static int exchangesRun;

    private static GatewayOptions gateway() {
        return GatewayOptions.DEFAULT
                .withHost("localhost")
                .withPort(0)
                .withFrames(FrameLimits.ofFrameBytes(FRAME_BYTES_MAX));
    }

    private static int port(String kind) {
        return SERVERS.computeIfAbsent(kind, any -> {
                    ServerOptions options =
                            ServerOptions.DEFAULT.withGateways(1).withGateway(gateway());
                    return RawClient.await(
                            Server.start(KINDS.get(kind).apply(options), InMemoryDocumentStore.unshared()));
                })
                .port();
    }

    @AfterAll
    static void stop() {
        SERVERS.values().forEach(server -> RawClient.await(server.stop()));
        System.out.println("wire exchanges run: " + exchangesRun);
    }

    @TestFactory
    Stream<DynamicTest> exchanges() {
        return SCRIPTS.stream().flatMap(script -> Exchange.read(script).stream()
                .map(scenario -> dynamicTest(script + ": " + scenario.name(), () -> play(scenario))));
    }

    private static void play(Scenario scenario) {
        try (ScenarioRun run = new ScenarioRun(port(scenario.server()), "doc-" + UUID.randomUUID())) {
            for (Exchange exchange : scenario.exchanges()) {
                run.play(exchange);
                exchangesRun++;
            }
        }
    }

    @Test
    void thereAreManyAndEachIsNamedOnceAfterItsSection() {
        List<String> names = SCRIPTS.stream()
                .flatMap(script -> Exchange.read(script).stream())
                .flatMap(scenario -> scenario.exchanges().stream())
                .map(Exchange::name)
                .toList();
        assertThat(names).hasSizeGreaterThanOrEqualTo(150).doesNotHaveDuplicates();
        assertThat(names).allMatch(name -> name.matches("[GDJP]?\\d+(\\.\\d+)?,? .*"));
    }
}
