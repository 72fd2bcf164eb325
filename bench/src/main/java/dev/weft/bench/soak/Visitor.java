package dev.weft.bench.soak;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.client.connection.Timing;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Comes to one document after another, types a little and leaves, until told to stop. One visit in five ends without waiting
 * for what was typed. Lives on the client's Vert.x; its state belongs to the timer and reply callbacks of one visit at a
 * time.
 */
final class Visitor {
    private static final int EDITS_MAX = 3;
    private static final int STAY_MILLIS_MAX = 400;
    private static final int PAUSE_MILLIS_MAX = 200;
    private static final int HASTY_ONE_IN = 5;
    private static final Timing PATIENT =
            Timing.DEFAULT.withConnectTimeout(60_000).withHandshakeTimeout(60_000);

    private final Vertx vertx;
    private final Soak soak;
    private final SplittableRandom random;

    Visitor(Vertx vertx, Soak soak, SplittableRandom random) {
        this.vertx = vertx;
        this.soak = soak;
        this.random = random;
    }

    /** Completes once the visit that was under way when the soak was told to stop is over. */
    Future<Void> visitUntilStopped() {
        if (soak.isStopping()) {
            return Future.succeededFuture();
        }
        return visit(random.nextInt(soak.documents()), 1 + random.nextInt(EDITS_MAX))
                .compose(gone -> vertx.timer(1 + random.nextInt(PAUSE_MILLIS_MAX)))
                .compose(rested -> visitUntilStopped());
    }

    Future<Void> visit(int number, int edits) {
        Document document = new Document(
                DocumentOptions.builder().documentId(Soak.name(number)).build());
        FugueTextHandler text = new FugueTextHandler(document, "text");
        SyncClient client = SyncClient.create(vertx, document, options(number));
        boolean hasty = random.nextInt(HASTY_ONE_IN) == 0;
        int stayMillis = 1 + random.nextInt(STAY_MILLIS_MAX);
        return client.connect()
                .compose(connected -> {
                    soak.visited(connected);
                    List<Future<Void>> durable = new ArrayList<>();
                    for (int i = 0; i < edits; i++) {
                        soak.submitted(number);
                        durable.add(client.edit(edited -> text.insert(text.length(), "x"))
                                .durable()
                                .onSuccess(stored -> soak.confirmed(number)));
                    }
                    return hasty
                            ? Future.<Void>succeededFuture()
                            : Future.all(durable).<Void>mapEmpty();
                })
                .compose(typed -> vertx.timer(stayMillis))
                .recover(cause -> soak.failed(cause))
                .eventually(client::close)
                .mapEmpty();
    }

    /** How many characters a newcomer reads. */
    Future<Integer> read(int number) {
        Document document = new Document(
                DocumentOptions.builder().documentId(Soak.name(number)).build());
        FugueTextHandler text = new FugueTextHandler(document, "text");
        SyncClient client = SyncClient.create(vertx, document, options(number));
        return client.connect()
                .compose(connected -> client.connected())
                .compose(there -> client.execute(read -> text.length()))
                .eventually(client::close);
    }

    private ClientOptions options(int number) {
        return ClientOptions.builder(Soak.name(number))
                .endpoints(soak.anyNode(random.nextInt(Integer.MAX_VALUE)))
                .timing(PATIENT)
                .build();
    }
}
