package dev.weft.cli.config;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;

/** Sends spans to a collector, in batches and never in the way: what it does not take is dropped. */
final class TraceExport implements AutoCloseable {
    private static final int SPANS_WAITING_MAX = 2_048;

    private final OpenTelemetrySdk telemetry;

    private TraceExport(OpenTelemetrySdk telemetry) {
        this.telemetry = telemetry;
    }

    /** @throws InvalidConfigurationException if it is no address */
    static TraceExport to(String url, int oneIn, String nodeName) {
        OtlpHttpSpanExporter exporter;
        try {
            exporter = OtlpHttpSpanExporter.builder().setEndpoint(url).build();
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationException(List.of("traces.url: " + e.getMessage()));
        }
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().toBuilder()
                        .put(AttributeKey.stringKey("service.name"), "weft")
                        .put(AttributeKey.stringKey("service.instance.id"), nodeName)
                        .build())
                // Whoever sees a part of a trace sees all of it, on whichever node.
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(1.0 / oneIn)))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setMaxQueueSize(SPANS_WAITING_MAX)
                        .build())
                .build();
        return new TraceExport(
                OpenTelemetrySdk.builder().setTracerProvider(provider).build());
    }

    OpenTelemetry telemetry() {
        return telemetry;
    }

    /** Sends what is left. */
    @Override
    public void close() {
        telemetry.close();
    }
}
