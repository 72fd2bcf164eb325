package dev.weft.server.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Every figure of a node, by name; docs/operations.md explains each. All are there from the start, so that a dashboard
 * shows a zero rather than a gap. Thread-safe.
 */
public final class ServerMetrics implements AutoCloseable {
    /** Upper bounds of the latency histograms: from what memory takes to what a patient user waits. */
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(250_000),
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };

    private final MeterRegistry registry;
    private final SlowLog slow;
    private final EditTraces traces;
    private final GatewayMetrics gateway;
    private final DocumentMetrics documents;
    private final List<Supplier<GatewayLoad>> gateways = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> bound = new ArrayList<>();
    /* A registry refers to these weakly. */
    private final List<Supplier<Number>> kept = new CopyOnWriteArrayList<>();

    /** Without traces. */
    public ServerMetrics(MeterRegistry registry, SlowLimits limits) {
        this(registry, limits, EditTraces.OFF);
    }

    /** @param registry where the figures are kept; with that of an application they appear beside its own */
    public ServerMetrics(MeterRegistry registry, SlowLimits limits, EditTraces traces) {
        this.registry = registry;
        this.traces = traces;
        this.slow = new SlowLog(limits, this::nanoTime);
        this.gateway = new GatewayMetrics(this);
        this.documents = new DocumentMetrics(this);
        gauge("weft.gateway.connections", () -> sum(GatewayLoad::connections));
        gauge("weft.gateway.links", () -> sum(GatewayLoad::links));
        gauge("weft.gateway.ring.bytes", () -> sum(GatewayLoad::ringBytes));
        gauge("weft.gateway.paused", () -> sum(GatewayLoad::pausedConnections));
        gauge("weft.gateway.congested", () -> sum(GatewayLoad::congestedConnections));
    }

    /** Figures in a registry of their own, which Prometheus can read. */
    public static ServerMetrics prometheus() {
        return new ServerMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), SlowLimits.DEFAULT);
    }

    public MeterRegistry registry() {
        return registry;
    }

    public GatewayMetrics gateway() {
        return gateway;
    }

    public DocumentMetrics documents() {
        return documents;
    }

    public EditTraces traces() {
        return traces;
    }

    SlowLog slow() {
        return slow;
    }

    /** The registry's clock, which tests can hold still. */
    public long nanoTime() {
        return registry.config().clock().monotonicTime();
    }

    /** Adds the figures of the JVM and of this process. Leave it out where the application has them already. */
    public ServerMetrics withJvm() {
        JvmGcMetrics collector = new JvmGcMetrics();
        bound.add(collector);
        List<MeterBinder> binders = List.of(
                collector,
                new JvmMemoryMetrics(),
                new JvmThreadMetrics(),
                new JvmInfoMetrics(),
                new ClassLoaderMetrics(),
                new ProcessorMetrics(),
                new FileDescriptorMetrics(),
                new UptimeMetrics());
        binders.forEach(binder -> binder.bindTo(registry));
        return this;
    }

    /** A gateway started. @param load what it holds now */
    public void addGateway(Supplier<GatewayLoad> load) {
        gateways.add(load);
    }

    public void removeGateway(Supplier<GatewayLoad> load) {
        gateways.remove(load);
    }

    /** The longest time since a gateway gave a sign of life, in nanoseconds; 0 if there is none. */
    public long gatewaySilentNanos() {
        long now = nanoTime();
        return gateways.stream()
                .mapToLong(load -> now - load.get().tickedAtNanos())
                .max()
                .orElse(0);
    }

    public int connections() {
        return (int) sum(GatewayLoad::connections);
    }

    private long sum(ToLongFunction<GatewayLoad> field) {
        return gateways.stream()
                .mapToLong(load -> field.applyAsLong(load.get()))
                .sum();
    }

    public Counter counter(String name, String... tags) {
        return Counter.builder(name)
                .description(MetricTexts.of(name))
                .tags(tags)
                .register(registry);
    }

    /** A counter that somebody else keeps. */
    public void counted(String name, Supplier<Number> total, String... tags) {
        kept.add(total);
        FunctionCounter.builder(name, total, each -> each.get().doubleValue())
                .description(MetricTexts.of(name))
                .tags(tags)
                .register(registry);
    }

    public Timer timer(String name, String... tags) {
        return Timer.builder(name)
                .description(MetricTexts.of(name))
                .tags(tags)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** @param value called on the thread that collects; must be quick */
    public void gauge(String name, Supplier<Number> value, String... tags) {
        Gauge.builder(name, value).description(MetricTexts.of(name)).tags(tags).register(registry);
    }

    /** The figures in the text format of Prometheus; null if the registry is of another kind. */
    public String scrape() {
        return registry instanceof PrometheusMeterRegistry prometheus ? prometheus.scrape() : null;
    }

    /** Lets go of what watches the JVM. The registry stays usable. */
    @Override
    public void close() {
        for (AutoCloseable binder : bound) {
            try {
                binder.close();
            } catch (Exception e) {
                throw new IllegalStateException("A JVM metric could not be let go of", e);
            }
        }
        bound.clear();
    }
}
