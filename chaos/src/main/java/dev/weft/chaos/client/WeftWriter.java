package dev.weft.chaos.client;

import dev.weft.chaos.client.Writer.Written;
import dev.weft.client.ClientOptions;
import dev.weft.client.DocumentClient;
import dev.weft.client.RelayClient;
import dev.weft.client.SyncClient;
import dev.weft.client.connection.Timing;
import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ConnectionStatus;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.id.OperationId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Weft's own client, in either mode; told by the server what is durable. */
public final class WeftWriter implements Writer {
    private static final class Entry {
        final Set<OperationId> changes = new LinkedHashSet<>();
        final long madeNanos = System.nanoTime();
        volatile long acknowledgedNanos;
    }

    /** A busy machine must not look like a dead node. */
    private static final long PATIENCE_MILLIS = 30_000;

    private final String name;
    private final boolean isRelay;
    private final DocumentClient client;
    private final Content content;
    private final Random random;
    private final AtomicInteger connections = new AtomicInteger();

    private volatile String lastProblem = "none";

    // Below: of the client's context.
    private final List<Entry> entries = new ArrayList<>();
    private Entry current;
    private int failed;

    /** @param pingMillis how often it asks whether the server is still there */
    public WeftWriter(
            Vertx vertx,
            String name,
            boolean isRelay,
            String documentId,
            List<String> urls,
            long seed,
            long pingMillis) {
        this.name = name;
        this.isRelay = isRelay;
        this.random = new Random(seed);
        Document document =
                new Document(DocumentOptions.builder().documentId(documentId).build());
        content = new Content(document);
        document.onLocalChange(change -> {
            if (current != null) {
                current.changes.add(change.id());
            }
        });
        ClientOptions options = ClientOptions.builder(documentId)
                .endpoints(urls.toArray(String[]::new))
                .timing(Timing.DEFAULT
                        .withConnectTimeout(3_000)
                        .withPing(pingMillis, Math.max(2 * pingMillis, PATIENCE_MILLIS)))
                .build();
        client = isRelay ? RelayClient.create(vertx, document, options) : SyncClient.create(vertx, document, options);
        client.onEvent(event -> {
            if (event instanceof ClientEvent.Problem problem) {
                lastProblem = problem.toString();
            }
        });
        client.onStatus(status -> {
            if (status == ConnectionStatus.CONNECTED) {
                connections.incrementAndGet();
            }
        });
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isRelay() {
        return isRelay;
    }

    @Override
    public Future<Void> start() {
        return client.connect().compose(first -> client.connected());
    }

    @Override
    public void write() {
        Entry entry = new Entry();
        client.edit(document -> {
                    current = entry;
                    entries.add(entry);
                    content.edit(random);
                })
                .durable()
                .onComplete(durable -> {
                    if (durable.succeeded()) {
                        entry.acknowledgedNanos = System.nanoTime();
                    } else {
                        failed++;
                    }
                });
    }

    @Override
    public List<Written> written() {
        return Futures.await(client.execute(document -> entries.stream()
                .map(entry -> new Written(Set.copyOf(entry.changes), entry.madeNanos, entry.acknowledgedNanos))
                .toList()));
    }

    @Override
    public Future<Boolean> isSettled() {
        return client.execute(document -> client.status() == ConnectionStatus.CONNECTED
                && entries.stream()
                                .filter(entry -> entry.acknowledgedNanos == 0)
                                .count()
                        == failed);
    }

    @Override
    public Future<View> view() {
        return client.execute(document -> View.of(document, content.read()));
    }

    @Override
    public int reconnects() {
        return Math.max(0, connections.get() - 1);
    }

    @Override
    public Future<Void> leave() {
        return client.close();
    }

    @Override
    public String describe() {
        return name + ": " + client.status() + ", " + entries.size() + " edits, "
                + entries.stream().filter(entry -> entry.acknowledgedNanos != 0).count() + " acknowledged, " + failed
                + " of unknown fate, " + reconnects() + " reconnects, last problem: " + lastProblem;
    }
}
