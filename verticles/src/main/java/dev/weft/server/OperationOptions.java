package dev.weft.server;

import dev.weft.server.http.HttpOptions;
import dev.weft.server.observe.SlowLimits;
import dev.weft.server.webhook.WebhookOptions;
import io.micrometer.core.instrument.MeterRegistry;
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
 */
public record OperationOptions(
        Optional<HttpOptions> http, Optional<MeterRegistry> meters, SlowLimits slow, List<WebhookOptions> webhooks) {
    public static final OperationOptions DEFAULT =
            new OperationOptions(Optional.empty(), Optional.empty(), SlowLimits.DEFAULT, List.of());

    public OperationOptions {
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(meters, "meters");
        Objects.requireNonNull(slow, "slow");
        webhooks = List.copyOf(webhooks);
    }

    public OperationOptions withHttp(HttpOptions value) {
        return new OperationOptions(Optional.of(value), meters, slow, webhooks);
    }

    public OperationOptions withMeters(MeterRegistry value) {
        return new OperationOptions(http, Optional.of(value), slow, webhooks);
    }

    public OperationOptions withSlow(SlowLimits value) {
        return new OperationOptions(http, meters, value, webhooks);
    }

    public OperationOptions withWebhooks(List<WebhookOptions> value) {
        return new OperationOptions(http, meters, slow, value);
    }
}
