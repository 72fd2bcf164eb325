package dev.weft.server.observe;

import dev.weft.server.observe.Health.Part;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.storage.DocumentStore;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whether a node lives, and whether clients should be sent to it. Not living means that a restart is the remedy, so
 * nothing outside the process counts there. Thread-safe.
 */
public final class HealthChecks {
    /** A gateway that has not got a turn for so long hangs; it ticks ten times a second. */
    private static final long SILENT_NANOS_MAX = TimeUnit.SECONDS.toNanos(20);

    private static final int STORE_TIMEOUT_MILLIS = 2_000;

    /** How long an answer of the store serves: probes of several load balancers must not become its main load. */
    private static final long STORE_ANSWER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final DocumentKey PROBE = DocumentKey.aware("weft-health-probe");

    private final DocumentStore store;
    private final OwnershipRegistry registry;
    private final ServerMetrics metrics;
    private volatile boolean isStarted;
    private volatile boolean isDraining;
    private volatile boolean wasSafe;
    private volatile StoreAnswer lastAnswer;

    public HealthChecks(DocumentStore store, OwnershipRegistry registry, ServerMetrics metrics) {
        this.store = store;
        this.registry = registry;
        this.metrics = metrics;
    }

    /** Everything runs; until now the node was not ready. */
    public void started() {
        isStarted = true;
    }

    /** The node is on its way out; it is not ready any more. */
    public void draining() {
        isDraining = true;
    }

    public boolean isDraining() {
        return isDraining;
    }

    public Health live() {
        long silent = metrics.gatewaySilentNanos();
        return Health.of(List.of(
                silent < SILENT_NANOS_MAX
                        ? Part.up("gateways")
                        : Part.down(
                                "gateways",
                                "an event loop has not run for " + TimeUnit.NANOSECONDS.toSeconds(silent) + " s")));
    }

    public Future<Health> ready() {
        return storeAnswers().map(storePart -> Health.of(List.of(start(), drain(), storePart, cluster())));
    }

    private Part start() {
        return isStarted ? Part.up("started") : Part.down("started", "the node is still starting");
    }

    private Part drain() {
        return isDraining ? Part.down("draining", "the node is leaving") : Part.up("draining");
    }

    private Part cluster() {
        if (!registry.members().contains(registry.localNode())) {
            return Part.down("cluster", "this node is not a member of the cluster");
        }
        if (registry.isClusterSafe()) {
            wasSafe = true;
            return Part.up("cluster");
        }
        // While data is being copied a new node waits. One that served before goes on: every node sees the same, and if
        // all of them called themselves unready at once nobody would serve.
        String reason = "copies of the directory are being made; no node should be stopped now";
        return wasSafe ? new Part("cluster", true, reason) : Part.down("cluster", reason);
    }

    private Future<Part> storeAnswers() {
        StoreAnswer known = lastAnswer;
        long now = metrics.nanoTime();
        if (known == null || now - known.askedAtNanos >= STORE_ANSWER_NANOS) {
            known = new StoreAnswer(askStore(), now);
            lastAnswer = known;
        }
        return known.part;
    }

    private Future<Part> askStore() {
        return store.find(PROBE)
                .map(found -> Part.up("store"))
                .timeout(STORE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .otherwise(cause -> Part.down(
                        "store",
                        cause instanceof TimeoutException
                                ? "no answer within " + STORE_TIMEOUT_MILLIS + " ms"
                                : String.valueOf(cause.getMessage())));
    }

    private record StoreAnswer(Future<Part> part, long askedAtNanos) {}
}
