package dev.weft.server.observe;

import static dev.weft.server.kit.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.registry.DocumentKey;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** An edit on one node of a document that another owns is one trace, whichever node a part of it happens on. */
class TracesClusterIT {
    private static final AttributeKey<String> NODE = AttributeKey.stringKey("weft.node");
    private static final List<String> FROM_OUTER_TO_INNER =
            List.of("weft.edit", "weft.submit", "weft.own", "weft.append");

    private final String documentId = "traced-" + UUID.randomUUID();

    @Test
    void anEditIsOneTraceOverTwoNodes() {
        InMemorySpanExporter exported = InMemorySpanExporter.create();
        try (OpenTelemetrySdk telemetry = OpenTelemetrySdk.builder()
                        .setTracerProvider(SdkTracerProvider.builder()
                                .addSpanProcessor(SimpleSpanProcessor.create(exported))
                                .build())
                        .build();
                TestCluster cluster = TestCluster.start(
                        2, options -> options.withOperation(options.operation().withTelemetry(telemetry)))) {
            // Whoever opens it first makes its node the owner.
            join(cluster, 0, new Author(1));
            Author author = new Author(2);
            RawClient client = join(cluster, 1, author);
            assertThat(cluster.ownerOf(DocumentKey.aware(documentId))).isZero();
            exported.reset();

            client.send(new ChangeMessage(documentId, author.type('x')));
            client.next(DurableMessage.class);
            eventually(() -> exported.getFinishedSpanItems().size() >= FROM_OUTER_TO_INNER.size());

            Map<String, SpanData> spans =
                    exported.getFinishedSpanItems().stream().collect(Collectors.toMap(SpanData::getName, span -> span));
            assertThat(spans.keySet()).containsExactlyInAnyOrderElementsOf(FROM_OUTER_TO_INNER);
            assertThat(spans.values().stream().map(SpanData::getTraceId).distinct())
                    .hasSize(1);
            for (int i = 1; i < FROM_OUTER_TO_INNER.size(); i++) {
                SpanData outer = spans.get(FROM_OUTER_TO_INNER.get(i - 1));
                assertThat(spans.get(FROM_OUTER_TO_INNER.get(i)).getParentSpanId())
                        .isEqualTo(outer.getSpanId());
            }
            String owner = cluster.node(0).nodeId();
            String gateway = cluster.node(1).nodeId();
            assertThat(FROM_OUTER_TO_INNER.stream()
                            .map(name -> spans.get(name).getAttributes().get(NODE)))
                    .containsExactly(gateway, gateway, owner, owner);
        }
    }

    @Test
    void nothingIsTracedUnlessItIsAskedFor() {
        assertThat(EditTraces.OFF.isOn()).isFalse();
        assertThat(ServerMetrics.prometheus().traces()).isSameAs(EditTraces.OFF);
    }

    private RawClient join(TestCluster cluster, int node, Author author) {
        RawClient client = cluster.connect(node);
        client.send(new HandshakeRequest(documentId, author.peer(), author.holds(), Set.of(Capability.ACK)));
        client.next(HandshakeResponse.class);
        return client;
    }
}
