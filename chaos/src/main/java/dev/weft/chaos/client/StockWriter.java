package dev.weft.chaos.client;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.testkit.stock.StockAwareClient;
import dev.weft.testkit.stock.StockClient;
import dev.weft.testkit.stock.StockRelayClient;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/**
 * Somebody with an unmodified client: no extension, a socket that opens again in silence. An aware client of this kind is
 * told nothing of durability: what others have seen counts as acknowledged, and they are who can tell.
 */
public final class StockWriter implements Writer {
    private static final long START_POLL_MILLIS = 50;
    private static final long BUTTON_MILLIS = 6_000;

    private final String name;
    private final boolean isRelay;
    private final Vertx vertx;
    private final Context context;
    private final RealSockets sockets;
    private final Content content;
    private final Document document;
    private final StockClient stock;
    private final Random random;
    private final List<Written> entries = new ArrayList<>();
    private boolean hasLeft;

    /** @param pingMillis the reference's interval, or a shorter one where a test cannot wait so long */
    public StockWriter(
            Vertx vertx,
            String name,
            boolean isRelay,
            String documentId,
            List<String> urls,
            long seed,
            long pingMillis) {
        this.name = name;
        this.isRelay = isRelay;
        this.vertx = vertx;
        this.random = new Random(seed);
        // A context of its own, so that many spread over the event loops.
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.sockets = new RealSockets(vertx, context, urls, new Random(seed));
        this.document =
                new Document(DocumentOptions.builder().documentId(documentId).build());
        this.content = new Content(document);
        this.stock = isRelay
                ? new StockRelayClient(sockets, documentId, document, pingMillis)
                : new StockAwareClient(sockets, documentId, document, pingMillis);
        document.onLocalChange(change -> {
            entries.add(new Written(Set.of(change.id()), System.nanoTime(), 0));
            stock.edited(change);
        });
        sockets.serve(stock);
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
        Promise<Void> started = Promise.promise();
        context.runOnContext(run -> {
            pressTheButton();
            awaitStarted(started);
        });
        return started.future();
    }

    private void awaitStarted(Promise<Void> started) {
        if (hasLeft) {
            started.fail("It has left");
        } else if (isQuiet()) {
            started.complete();
        } else {
            sockets.after(START_POLL_MILLIS, () -> awaitStarted(started));
        }
    }

    /** A client that gave up, or hangs, stays so until somebody tells it to connect. */
    private void pressTheButton() {
        if (!stock.isHandshakeComplete() && !stock.isReconnecting()) {
            stock.forgetAttempt();
            stock.connect(answered -> {});
        }
        sockets.after(BUTTON_MILLIS, this::pressTheButton);
    }

    private boolean isQuiet() {
        return stock.isHandshakeComplete() && !stock.isReconnecting() && !stock.hasUnsent();
    }

    private <T> Future<T> ask(Function<StockClient, T> question) {
        Promise<T> answer = Promise.promise();
        context.runOnContext(run -> {
            try {
                answer.complete(question.apply(stock));
            } catch (RuntimeException e) {
                answer.fail(e);
            }
        });
        return answer.future();
    }

    @Override
    public void write() {
        context.runOnContext(run -> {
            if (!hasLeft) {
                content.edit(random);
            }
        });
    }

    @Override
    public List<Written> written() {
        return Futures.await(ask(client -> {
            int known = isRelay ? entries.size() - ((StockRelayClient) client).unacknowledged() : 0;
            List<Written> told = new ArrayList<>();
            for (int i = 0; i < entries.size(); i++) {
                Written entry = entries.get(i);
                // When it was told is not remembered; that it was is what counts.
                long acknowledged = i < known ? System.nanoTime() : 0;
                told.add(new Written(entry.changes(), entry.madeNanos(), acknowledged));
            }
            return told;
        }));
    }

    @Override
    public Future<Boolean> isSettled() {
        return ask(any -> isQuiet());
    }

    @Override
    public Future<View> view() {
        return ask(any -> View.of(document, content.read()));
    }

    @Override
    public int reconnects() {
        return Math.max(0, sockets.opened() - 1);
    }

    @Override
    public Future<Void> leave() {
        return ask(client -> {
            hasLeft = true;
            client.disconnect();
            sockets.close();
            return null;
        });
    }

    @Override
    public String describe() {
        return name + ": " + stock.status() + ", " + entries.size() + " edits, " + reconnects()
                + " sockets after the first, last error: " + sockets.lastError();
    }
}
