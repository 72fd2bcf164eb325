package dev.weft.server.conformance;

import dev.weft.client.ClientOptions;
import dev.weft.client.DocumentClient;
import dev.weft.client.RelayClient;
import dev.weft.client.SyncClient;
import dev.weft.client.awareness.AwarenessPlugin;
import dev.weft.client.connection.Backoff;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.server.kit.SocketStockHost;
import dev.weft.testkit.stock.StockAwareClient;
import dev.weft.testkit.stock.StockAwareness;
import dev.weft.testkit.stock.StockClient;
import dev.weft.testkit.stock.StockRelayClient;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Somebody who edits a text with others over real sockets, with our client or with the reference's. Any thread. */
abstract class Person {
    static final int STOCK_PING_MILLIS = 1_000;

    final String name;
    final Document document = new Document(DocumentOptions.builder().build());
    final FugueTextHandler text = new FugueTextHandler(document, "text");

    Person(String name) {
        this.name = name;
    }

    /** Completes with the answer to the first attempt. */
    abstract Future<Boolean> connect();

    abstract <T> Future<T> onOwnThread(Callable<T> action);

    abstract void showName();

    abstract Collection<ClientAwareness> everybody();

    abstract boolean isSettled();

    abstract Future<Void> close();

    /** Puts one letter somewhere. */
    final Future<Void> type(Random random) {
        return onOwnThread(() -> {
            text.insert(random.nextInt(text.value().length() + 1), "x");
            return null;
        });
    }

    final Future<String> content() {
        return onOwnThread(text::value);
    }

    /** The names of all who show themselves, sorted; who is there twice is there twice. */
    final Future<List<String>> namesSeen() {
        return onOwnThread(() -> everybody().stream()
                .map(each -> String.valueOf(each.metadata().get("name")))
                .sorted()
                .toList());
    }

    static Person withJavaClient(Vertx vertx, String name, String documentId, boolean isRelay, List<Integer> ports) {
        return new JavaPerson(vertx, name, documentId, isRelay, ports);
    }

    static Person withStockClient(
            Vertx vertx,
            String name,
            String documentId,
            boolean isRelay,
            IntSupplier ports,
            Supplier<SocketStockHost.Witness> witnesses) {
        return new StockPerson(vertx, name, documentId, isRelay, ports, witnesses);
    }

    private static final class JavaPerson extends Person {
        private final AwarenessPlugin awareness = new AwarenessPlugin();
        private final DocumentClient client;

        JavaPerson(Vertx vertx, String name, String documentId, boolean isRelay, List<Integer> ports) {
            super(name);
            ClientOptions options = ClientOptions.builder(documentId)
                    .endpoints(ports.stream()
                            .map(port -> "ws://localhost:" + port + "/")
                            .toArray(String[]::new))
                    .backoff(new Backoff.Policy(50, 1_000, 1_000, 100))
                    .plugin(awareness)
                    .build();
            client = isRelay
                    ? RelayClient.create(vertx, document, options)
                    : SyncClient.create(vertx, document, options);
            awareness.updateLocalState(Map.of("name", name));
        }

        @Override
        Future<Boolean> connect() {
            return client.connect();
        }

        @Override
        <T> Future<T> onOwnThread(Callable<T> action) {
            Promise<T> result = Promise.promise();
            client.edit(edited -> Person.run(action, result)).applied().onFailure(result::tryFail);
            return result.future();
        }

        @Override
        void showName() {
            awareness.updateLocalState(Map.of("name", name));
        }

        @Override
        Collection<ClientAwareness> everybody() {
            return awareness.current().states().values();
        }

        @Override
        boolean isSettled() {
            return client.status().isConnected();
        }

        @Override
        Future<Void> close() {
            return client.close();
        }
    }

    private static final class StockPerson extends Person {
        private final Context context;
        private final StockClient client;
        private final StockAwareness awareness;

        StockPerson(
                Vertx vertx,
                String name,
                String documentId,
                boolean isRelay,
                IntSupplier ports,
                Supplier<SocketStockHost.Witness> witnesses) {
            super(name);
            context = vertx.getOrCreateContext();
            SocketStockHost host = new SocketStockHost(vertx, context, ports, new Random(name.hashCode()), witnesses);
            client = isRelay
                    ? new StockRelayClient(host, documentId, document, STOCK_PING_MILLIS)
                    : new StockAwareClient(host, documentId, document, STOCK_PING_MILLIS);
            host.serve(client);
            awareness = client.withAwareness(Map.of("name", name));
            document.onLocalChange(client::edited);
        }

        @Override
        Future<Boolean> connect() {
            Promise<Boolean> answered = Promise.promise();
            context.runOnContext(run -> client.connect(answered::tryComplete));
            return answered.future();
        }

        @Override
        <T> Future<T> onOwnThread(Callable<T> action) {
            Promise<T> result = Promise.promise();
            context.runOnContext(run -> Person.run(action, result));
            return result.future();
        }

        @Override
        void showName() {
            context.runOnContext(run -> awareness.updateLocalState(Map.of("name", name)));
        }

        @Override
        Collection<ClientAwareness> everybody() {
            return awareness.states().values();
        }

        /** Goes on where the reference's has given up: the application asks again. */
        @Override
        boolean isSettled() {
            context.runOnContext(run -> {
                if (client.hasGivenUp()) {
                    client.forgetAttempt();
                    client.connect(answered -> {});
                }
            });
            return client.isHandshakeComplete() && !client.isReconnecting() && !client.hasUnsent();
        }

        @Override
        Future<Void> close() {
            return onOwnThread(() -> {
                client.disconnect();
                return null;
            });
        }
    }

    private static <T> void run(Callable<T> action, Promise<T> result) {
        try {
            result.tryComplete(action.call());
        } catch (Exception | AssertionError e) {
            result.tryFail(e);
        }
    }
}
