package dev.weft.server;

import dev.weft.server.http.HttpOptions;
import dev.weft.server.observe.SlowLimits;
import dev.weft.server.webhook.WebhookOptions;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a node is watched and operated.
 *
 * @param http the port for health, metrics and the HTTP interface; empty for none
 * @param meters where figures are kept; empty for a registry of the node's own, with the figures of the JVM, that
 *     Prometheus reads at {@code /metrics}
 * @param slow from when on operations are logged as slow
 * @param webhooks endpoints that are told what happens on the node
 * @param telemetry where traces of edits go; empty for none. Whoever made it closes it
 */
public record OperationOptions(
        Optional<HttpOptions> http,
        Optional<MeterRegistry> meters,
        SlowLimits slow,
        List<WebhookOptions> webhooks,
        Optional<OpenTelemetry> telemetry) {
    public static final OperationOptions DEFAULT =
            new OperationOptions(Optional.empty(), Optional.empty(), SlowLimits.DEFAULT, List.of(), Optional.empty());

    public OperationOptions {
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(meters, "meters");
        Objects.requireNonNull(slow, "slow");
        webhooks = List.copyOf(webhooks);
        Objects.requireNonNull(telemetry, "telemetry");
    }

    public OperationOptions withHttp(HttpOptions value) {
        return new OperationOptions(Optional.of(value), meters, slow, webhooks, telemetry);
    }

    public OperationOptions withMeters(MeterRegistry value) {
        return new OperationOptions(http, Optional.of(value), slow, webhooks, telemetry);
    }

    public OperationOptions withSlow(SlowLimits value) {
        return new OperationOptions(http, meters, value, webhooks, telemetry);
    }

    public OperationOptions withWebhooks(List<WebhookOptions> value) {
        return new OperationOptions(http, meters, slow, value, telemetry);
    }

    public OperationOptions withTelemetry(OpenTelemetry value) {
        return new OperationOptions(http, meters, slow, webhooks, Optional.of(value));
    }
}
