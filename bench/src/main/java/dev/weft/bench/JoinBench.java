package dev.weft.bench;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.StoredRun;
import dev.weft.server.storage.embedded.EmbeddedDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What it costs to join a long document on a node that keeps it in blocks and was just started: for somebody who has nothing,
 * and for somebody who has everything. Clients say what a stock client says. {@code ./weft bench join 10000 100000}
 */
public final class JoinBench {
    private static final DocumentKey DOC = DocumentKey.aware("paper");
    private static final int CHANGES_PER_FRAME = 2_000;
    private static final int JOINS = 400;
    private static final int JOINS_WARM = 2_000;
    /** What an owner leaves unpacked at most. */
    private static final int UNPACKED_MAX = 5_120;

    private static final MessageCodec CODEC = new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, List.of());

    private final Vertx vertx = Vertx.vertx();
    private final WebSocketClient sockets = vertx.createWebSocketClient(
            new WebSocketClientOptions().setMaxFrameSize(64 << 20).setMaxMessageSize(64 << 20));
    private final Path folder = Files.createTempDirectory("weft-join-bench");
    private EmbeddedDocumentStore store;
    private Server server;

    private JoinBench() throws IOException {}

    /** @param arguments how many changes of the recorded session; none means 10,000, 100,000 and all */
    public static void main(String[] arguments) throws Exception {
        List<String> sizes = arguments.length == 0 ? List.of("10000", "100000", "259778") : List.of(arguments);
        EditingTrace trace = EditingTrace.load("automerge-paper");
        Document paper = TraceReplay.typed(trace);
        System.out.println("automerge-paper, one change for each edit; embedded store, packed, node restarted");
        for (String size : sizes) {
            JoinBench bench = new JoinBench();
            try {
                bench.measure(paper.exportChanges()
                        .subList(
                                0,
                                Math.min(Integer.parseInt(size), paper.history().size())));
            } finally {
                bench.close();
            }
        }
    }

    private void measure(List<Change> changes) throws InterruptedException {
        Document expected = TraceReplay.document(7);
        expected.importChanges(changes);
        start();
        upload(changes);
        await(server.stop());
        start();
        System.out.printf("%,d changes%n", changes.size());
        Document reader = TraceReplay.document(9);
        try (Joiner joiner = new Joiner(reader)) {
            long start = System.nanoTime();
            joiner.join();
            long first = System.nanoTime();
            while (!reader.versionVector().equals(expected.versionVector())) {
                joiner.takeIn();
            }
            long end = System.nanoTime();
            requireSame(reader, expected);
            System.out.printf(
                    "  somebody new: first answer after %.0f ms (with loading), complete after %.0f ms;"
                            + " %d frames, %.1f MiB, the largest %.0f KiB%n",
                    (first - start) / 1e6,
                    (end - start) / 1e6,
                    joiner.frames,
                    joiner.bytes / 1048576.0,
                    joiner.largest / 1024.0);
        }
        joinsOfSomebodyWhoHasAll(reader, JOINS_WARM);
        joinsOfSomebodyWhoHasAll(reader, JOINS);
    }

    private static void requireSame(Document reader, Document expected) {
        String text = new FugueTextHandler(expected, TraceReplay.HANDLER).value();
        boolean isSame = reader.history().size() == expected.history().size()
                && new FugueTextHandler(reader, TraceReplay.HANDLER).value().equals(text);
        if (!isSame) {
            throw new AssertionError("The reader does not have what was written");
        }
    }

    private void joinsOfSomebodyWhoHasAll(Document reader, int joins) throws InterruptedException {
        var process = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long[] nanos = new long[joins];
        long bytes = 0;
        long processorBefore = process.getProcessCpuTime();
        for (int i = 0; i < joins; i++) {
            try (Joiner joiner = new Joiner(reader)) {
                long start = System.nanoTime();
                joiner.join();
                nanos[i] = System.nanoTime() - start;
                bytes += joiner.bytes;
            }
        }
        long processor = process.getProcessCpuTime() - processorBefore;
        Arrays.sort(nanos);
        if (joins == JOINS) {
            System.out.printf(
                    "  somebody who has all: %.2f ms at the median, %.2f ms at p90; %.0f bytes of answer;"
                            + " %.2f ms of processor time, client and connection included%n",
                    nanos[joins / 2] / 1e6,
                    nanos[joins * 9 / 10] / 1e6,
                    bytes / (double) joins,
                    processor / 1e6 / joins);
        }
    }

    private void start() {
        store = new EmbeddedDocumentStore(EmbeddedStoreOptions.in(folder));
        server = await(Server.start(
                ServerOptions.DEFAULT.withGateway(
                        GatewayOptions.DEFAULT.withHost("localhost").withPort(0)),
                store));
    }

    private void upload(List<Change> changes) throws InterruptedException {
        try (Joiner writer = new Joiner(TraceReplay.document(8))) {
            writer.join();
            for (int from = 0; from < changes.size(); from += CHANGES_PER_FRAME) {
                int to = Math.min(changes.size(), from + CHANGES_PER_FRAME);
                writer.say(new ChangesMessage(DOC.id(), changes.subList(from, to)));
            }
            while (stored().lastPosition() < changes.size() || unpacked() > UNPACKED_MAX) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    private DocumentInfo stored() {
        return await(store.find(DOC)).orElseThrow();
    }

    private long unpacked() {
        List<StoredRun> runs = new ArrayList<>();
        await(store.readAllRuns(DOC, stored().epoch(), 0, runs::addAll));
        return runs.stream().filter(run -> !(run instanceof PackedEntries)).count();
    }

    private void close() throws IOException {
        await(server.stop());
        await(vertx.close());
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        }
    }

    /** A connection on which somebody says what a stock client says, and what came back. */
    private final class Joiner implements AutoCloseable {
        private final BlockingQueue<Buffer> heard = new LinkedBlockingQueue<>();
        private final Document document;
        private final WebSocket socket;
        int frames;
        long bytes;
        int largest;

        Joiner(Document document) {
            this.document = document;
            this.socket = await(sockets.connect(server.port(), "localhost", "/").onSuccess(opened -> {
                opened.binaryMessageHandler(heard::add);
                opened.textMessageHandler(text -> heard.add(Buffer.buffer(text)));
            }));
        }

        void say(Message message) {
            await(socket.writeBinaryMessage(Buffer.buffer(CODEC.encode(message))));
        }

        void join() throws InterruptedException {
            VersionVector holds = document.versionVector();
            say(new HandshakeRequest(DOC.id(), document.peerId(), holds, Set.of()));
            while (!takeIn()) {}
        }

        /** @return whether it was the answer to the handshake */
        boolean takeIn() throws InterruptedException {
            Buffer frame = heard.poll(60, TimeUnit.SECONDS);
            if (frame == null) {
                throw new AssertionError("Nothing came for a minute");
            }
            Message message;
            try {
                message = CODEC.decode(frame.getBytes());
            } catch (dev.weft.protocol.codec.MalformedMessageException e) {
                // Of a plugin nobody here knows.
                return false;
            }
            frames++;
            bytes += frame.length();
            largest = Math.max(largest, frame.length());
            if (message instanceof HandshakeResponse response) {
                document.importChanges(response.changes());
                return true;
            }
            if (message instanceof DocumentStatus status) {
                document.importChanges(status.changes());
            }
            return false;
        }

        @Override
        public void close() {
            await(socket.close().otherwiseEmpty());
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
