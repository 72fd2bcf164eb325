package dev.weft.server.webhook;

import dev.weft.crdt.clock.WallClock;
import dev.weft.server.event.EventOptions;
import dev.weft.server.event.EventStream;
import dev.weft.server.event.EventSubscription;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.observe.ServerMetrics;
import dev.weft.server.webhook.Outbox.Outcome;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the endpoints of a node what happens on it. Confined to its context. */
public final class WebhookVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookVerticle.class);
    private static final int TICK_MILLIS = 50;
    private static final int CONNECT_MILLIS_MAX = 5_000;

    private final List<WebhookOptions> options;
    private final EventStream events;
    private final ServerMetrics metrics;
    private final WallClock wallClock;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final Counter delivered;
    private final Counter failed;
    private final Counter dropped;
    private volatile int waiting;
    private EventSubscription subscription;
    private HttpClient client;
    private long nextNumber = 1;

    public WebhookVerticle(
            List<WebhookOptions> options, EventStream events, ServerMetrics metrics, WallClock wallClock) {
        this.options = List.copyOf(options);
        this.events = events;
        this.metrics = metrics;
        this.wallClock = wallClock;
        delivered = metrics.counter("weft.webhook.delivered");
        failed = metrics.counter("weft.webhook.failed");
        dropped = metrics.counter("weft.webhook.dropped");
        metrics.gauge("weft.webhook.waiting", () -> waiting);
    }

    @Override
    public Future<?> start() {
        if (options.isEmpty()) {
            return Future.succeededFuture();
        }
        options.forEach(each -> endpoints.add(new Endpoint(each)));
        client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS_MAX));
        Set<Class<? extends ServerEvent>> types = Set.of(
                ServerEvent.ChangesApplied.class,
                ServerEvent.DocumentUnloaded.class,
                ServerEvent.HandshakeCompleted.class,
                ServerEvent.ClientDisconnected.class);
        subscription = events.subscribe(
                EventOptions.of(types).on(task -> context.runOnContext(run -> task.run())), this::told);
        vertx.setPeriodic(TICK_MILLIS, timer -> tick());
        return Future.succeededFuture();
    }

    /** What waits then is lost: the endpoints are told of what happens, not owed a copy of it. */
    @Override
    public Future<?> stop() {
        if (subscription == null) {
            return Future.succeededFuture();
        }
        subscription.cancel();
        return client.close();
    }

    private void told(ServerEvent event) {
        if (event instanceof ServerEvent.ChangesApplied changes) {
            boolean isFirst = changes.lastNumber() == changes.changes().size();
            for (Endpoint endpoint : endpoints) {
                if (isFirst) {
                    endpoint.add(Notice.of(WebhookEvent.DOCUMENT_CREATED, event, event.documentId()));
                }
                if (endpoint.options.events().contains(WebhookEvent.DOCUMENT_CHANGED)) {
                    endpoint.changes.changed(changes, nowMillis()).forEach(endpoint::add);
                }
            }
        } else if (event instanceof ServerEvent.DocumentUnloaded) {
            addAll(Notice.of(WebhookEvent.DOCUMENT_UNLOADED, event, event.documentId()));
        } else if (event instanceof ServerEvent.HandshakeCompleted) {
            addAll(Notice.of(WebhookEvent.CLIENT_JOINED, event, event.documentId()));
        } else if (event instanceof ServerEvent.ClientDisconnected gone) {
            gone.documentIds().forEach(id -> addAll(Notice.of(WebhookEvent.CLIENT_LEFT, event, id)));
        }
    }

    private void addAll(Notice notice) {
        endpoints.forEach(endpoint -> endpoint.add(notice));
    }

    private void tick() {
        int sum = 0;
        for (Endpoint endpoint : endpoints) {
            endpoint.changes.due(nowMillis()).forEach(endpoint::add);
            endpoint.sendNext();
            sum += endpoint.outbox.size();
        }
        waiting = sum;
    }

    private long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(metrics.nanoTime());
    }

    private final class Endpoint {
        final WebhookOptions options;
        final Debounce changes;
        final Outbox outbox;

        Endpoint(WebhookOptions options) {
            this.options = options;
            this.changes = new Debounce(options.debounceMillis());
            this.outbox = new Outbox(options);
        }

        void add(Notice notice) {
            if (!options.events().contains(notice.event())) {
                return;
            }
            // A notice that is sent again has the same id, so that an endpoint can tell.
            String id = notice.body().getString("node") + "-" + nextNumber++;
            if (outbox.add(notice.body().copy().put("id", id).toBuffer())) {
                sendNext();
            } else {
                dropped.increment();
            }
        }

        void sendNext() {
            Buffer notice = outbox.take(nowMillis());
            if (notice == null) {
                return;
            }
            send(notice).onComplete(done -> {
                Outcome outcome = done.succeeded() ? done.result() : Outcome.FAILED;
                if (outcome == Outcome.DELIVERED) {
                    delivered.increment();
                } else {
                    failed.increment();
                    LOG.debug("{} did not take a notice: {}", options.url(), done.succeeded() ? outcome : done.cause());
                }
                if (outbox.answered(outcome, nowMillis())) {
                    LOG.warn("A notice for {} was given up", options.url());
                    dropped.increment();
                }
                sendNext();
            });
        }

        private Future<Outcome> send(Buffer notice) {
            RequestOptions request = new RequestOptions()
                    .setMethod(HttpMethod.POST)
                    .setAbsoluteURI(options.url().toString())
                    .setTimeout(options.timeoutMillis())
                    .setFollowRedirects(false)
                    .putHeader("Content-Type", "application/json")
                    .putHeader(
                            Signature.HEADER,
                            Signature.of(
                                    notice.getBytes(),
                                    options.secret(),
                                    TimeUnit.MILLISECONDS.toSeconds(wallClock.millis())));
            return client.request(request).compose(open -> open.send(notice)
                    .compose(response -> response.end().map(read -> outcomeOf(response)))
                    .timeout(options.timeoutMillis(), TimeUnit.MILLISECONDS)
                    // An answer that never ends would keep its connection, and those are counted.
                    .onFailure(cause -> open.reset()));
        }
    }

    private static Outcome outcomeOf(HttpClientResponse response) {
        int status = response.statusCode();
        if (status / 100 == 2) {
            return Outcome.DELIVERED;
        }
        // Time-outs and too many requests pass; whatever else the endpoint blames on us will be wrong next time too.
        boolean mayPass = status / 100 != 4 || status == 408 || status == 429;
        return mayPass ? Outcome.FAILED : Outcome.REFUSED;
    }
}
