package dev.weft.bench;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MalformedMessageException;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * People at work: in each document one types at a steady rate, with acknowledgements, and others read along, what a stock
 * client says over a socket each, spread over the nodes. How long a letter takes to each reader, and until its author
 * knows it durable; and what it costs the servers. {@code ./weft bench fanOut nodes=3 documents=100 readers=9 rate=3
 * warm=60 seconds=20}: what is counted begins after so many seconds, in which the servers compile what they use. The clients,
 * of one thread, share the machine with the servers.
 */
public final class FanOutBench {
    private static final int SOCKETS_MAX = 50_000;
    private static final int CONNECTING_MAX = 50;
    /** As stock clients do: who says nothing for long is taken for gone. */
    private static final long PING_MILLIS = 15_000;

    private static final long PATIENCE_SECONDS = 120;
    private static final long STRAGGLERS_SECONDS_MAX = 20;
    private static final MessageCodec CODEC = new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, List.of());

    // One thread, so that everything below is confined to it.
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final WebSocketClient sockets =
            vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(SOCKETS_MAX));
    private final LocalServers servers;
    private final int nodes;
    private final List<Room> rooms = new ArrayList<>();
    private final Latencies arrivals = new Latencies();
    private final Latencies confirmations = new Latencies();
    private boolean isTyping = true;
    private boolean isMeasuring;
    private long typed;
    private long outstanding;

    private FanOutBench(LocalServers servers, int nodes) {
        this.servers = servers;
        this.nodes = nodes;
    }

    public static void main(String[] args) throws Exception {
        BenchArguments arguments = new BenchArguments(args);
        int nodes = arguments.number("nodes", 1);
        int documents = arguments.number("documents", 100);
        int readers = arguments.number("readers", 9);
        int rate = arguments.number("rate", 3);
        int warm = arguments.number("warm", 60);
        int seconds = arguments.number("seconds", 20);
        try (LocalServers servers = LocalServers.start(nodes, Files.createTempDirectory("weft-fan-out-"))) {
            for (int node = 0; node < nodes; node++) {
                servers.awaitListening(node);
            }
            FanOutBench bench = new FanOutBench(servers, nodes);
            try {
                await(bench.open(documents, readers));
                System.out.printf(
                        "%,d documents with %,d readers each, %d edits a second in each, %d %s%n",
                        documents, readers, rate, nodes, nodes == 1 ? "node" : "nodes");
                bench.measure(rate, readers, warm, seconds);
            } finally {
                await(bench.vertx.close());
            }
        }
    }

    private void measure(int rate, int readers, int warm, int seconds) throws Exception {
        await(onContext(() -> type(rate)));
        await(vertx.timer(Math.max(1, warm), TimeUnit.SECONDS));
        Duration before = servers.processorTime();
        await(onContext(this::beginToMeasure));
        await(vertx.timer(seconds, TimeUnit.SECONDS));
        await(onContext(this::endToMeasure));
        Duration used = servers.processorTime().minus(before);
        await(stragglers(System.nanoTime() + TimeUnit.SECONDS.toNanos(STRAGGLERS_SECONDS_MAX)));
        report(readers, seconds, used);
    }

    private Future<Void> onContext(Runnable task) {
        Promise<Void> done = Promise.promise();
        vertx.runOnContext(ignored -> {
            task.run();
            done.complete();
        });
        return done.future();
    }

    // Connecting.

    private Future<Void> open(int documents, int readers) {
        Promise<Void> opened = Promise.promise();
        vertx.runOnContext(ignored -> {
            ArrayDeque<Room> toOpen = new ArrayDeque<>();
            for (int i = 0; i < documents; i++) {
                Room room = new Room(i);
                rooms.add(room);
                toOpen.add(room);
            }
            List<Future<Void>> lines = new ArrayList<>();
            for (int i = 0; i < CONNECTING_MAX; i++) {
                lines.add(openNext(toOpen, readers));
            }
            Future.all(lines).<Void>mapEmpty().onComplete(opened);
        });
        return opened.future();
    }

    private Future<Void> openNext(ArrayDeque<Room> toOpen, int readers) {
        Room room = toOpen.poll();
        return room == null ? Future.succeededFuture() : room.open(readers).compose(there -> openNext(toOpen, readers));
    }

    // Typing.

    private void type(int rate) {
        long everyMillis = Math.max(1, 1_000 / rate);
        for (Room room : rooms) {
            // Not all in the same millisecond.
            long begin = 1 + room.number * everyMillis / rooms.size();
            vertx.setTimer(
                    begin,
                    ignored -> vertx.setPeriodic(everyMillis, tick -> {
                        if (isTyping) {
                            room.type();
                        } else {
                            vertx.cancelTimer(tick);
                        }
                    }));
        }
    }

    private void beginToMeasure() {
        isMeasuring = true;
    }

    private void endToMeasure() {
        isMeasuring = false;
        isTyping = false;
    }

    private Future<Void> stragglers(long deadlineNanos) {
        return onContext(() -> {})
                .compose(v -> outstanding == 0 || System.nanoTime() > deadlineNanos
                        ? Future.succeededFuture()
                        : vertx.timer(20).compose(later -> stragglers(deadlineNanos)));
    }

    private void report(int readers, int seconds, Duration used) {
        long deliveries = typed * readers;
        System.out.printf(
                "%,d edits a second typed, %,d a second read; %,d not arrived%n",
                typed / seconds, deliveries / seconds, outstanding);
        print("to each reader", arrivals);
        print("durable, as its author hears", confirmations);
        System.out.printf(
                "servers: %.2f of a processor, %.1f µs for each edit and reader%n",
                used.toMillis() / 1e3 / seconds, used.toNanos() / 1e3 / Math.max(1, typed + deliveries));
        if (outstanding > 0) {
            throw new IllegalStateException("Not everything arrived");
        }
    }

    private static void print(String what, Latencies latencies) {
        System.out.printf(
                "%s: p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, the longest %.1f ms%n",
                what, latencies.millis(0.5), latencies.millis(0.99), latencies.millis(0.999), latencies.millis(1));
    }

    /** One document: its author, who types, and those who read along. */
    private final class Room {
        private final int number;
        private final Document document;
        private final FugueTextHandler text;
        private final Map<Long, Long> sentNanos = new HashMap<>();
        private final ArrayDeque<Long> unconfirmed = new ArrayDeque<>();
        private int readers;
        private WebSocket author;

        Room(int number) {
            this.number = number;
            this.document = new Document(
                    DocumentOptions.builder().documentId("fan-out-" + number).build());
            this.text = new FugueTextHandler(document, "text");
            document.onLocalChange(this::send);
        }

        Future<Void> open(int count) {
            readers = count;
            Future<Void> opened = connect(number, Set.of(Capability.ACK), this::confirmed)
                    .onSuccess(socket -> author = socket)
                    .mapEmpty();
            for (int i = 0; i < count; i++) {
                int node = number + 1 + i;
                opened = opened.compose(there -> connect(node, Set.of(), this::arrived))
                        .mapEmpty();
            }
            return opened;
        }

        /** @return the socket, once it has been answered */
        private Future<WebSocket> connect(int node, Set<String> capabilities, Consumer<Message> listener) {
            Promise<WebSocket> answered = Promise.promise();
            Document own = new Document(
                    DocumentOptions.builder().documentId(document.documentId()).build());
            Document speaker = capabilities.isEmpty() ? own : document;
            sockets.connect(servers.port(node % nodes), "127.0.0.1", "/")
                    .onFailure(answered::fail)
                    .onSuccess(socket -> {
                        Consumer<byte[]> received = frame -> {
                            Message message = decode(frame);
                            if (message instanceof HandshakeResponse) {
                                answered.complete(socket);
                            } else if (message != null) {
                                listener.accept(message);
                            }
                        };
                        socket.binaryMessageHandler(frame -> received.accept(frame.getBytes()));
                        socket.textMessageHandler(frame -> received.accept(frame.getBytes(StandardCharsets.UTF_8)));
                        vertx.setPeriodic(
                                PING_MILLIS, tick -> write(socket, new Ping(document.documentId(), tick, null)));
                        socket.closeHandler(gone -> answered.tryFail("The server closed the connection"));
                        write(
                                socket,
                                new HandshakeRequest(
                                        document.documentId(), speaker.peerId(), VersionVector.EMPTY, capabilities));
                    });
            return answered.future().timeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        void type() {
            text.insert(text.length(), "x");
        }

        private void send(Change change) {
            long now = System.nanoTime();
            if (isMeasuring) {
                sentNanos.put(change.clock(), now);
                unconfirmed.add(change.clock());
                typed++;
                outstanding += readers + 1;
            }
            write(author, new ChangeMessage(document.documentId(), change));
        }

        private void arrived(Message message) {
            if (message instanceof ChangeMessage one) {
                arrived(one.change());
            } else if (message instanceof ChangesMessage several) {
                several.changes().forEach(this::arrived);
            }
        }

        private void arrived(Change change) {
            Long sent = sentNanos.get(change.clock());
            if (sent != null) {
                outstanding--;
                arrivals.add(System.nanoTime() - sent);
            }
        }

        private void confirmed(Message message) {
            if (message instanceof DurableMessage durable) {
                VersionVector covered = durable.versionVector();
                while (!unconfirmed.isEmpty() && covered.covers(document.peerId(), unconfirmed.peek())) {
                    outstanding--;
                    confirmations.add(System.nanoTime() - sentNanos.get(unconfirmed.poll()));
                }
            }
        }
    }

    private static void write(WebSocket socket, Message message) {
        socket.writeBinaryMessage(Buffer.buffer(CODEC.encode(message)));
    }

    private static Message decode(byte[] frame) {
        try {
            return CODEC.decode(frame);
        } catch (MalformedMessageException e) {
            // Of a plugin nobody here knows.
            return null;
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS * 10, TimeUnit.SECONDS);
    }
}
