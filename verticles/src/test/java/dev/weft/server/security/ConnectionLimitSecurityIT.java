package dev.weft.server.security;

import static dev.weft.server.security.SecureNode.join;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.limits.ConnectionLimits;
import dev.weft.server.limits.Limit;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What connections may take of a node, on nodes that have little to give. */
class ConnectionLimitSecurityIT {
    private static final ConnectionLimits NORMAL = ConnectionLimits.DEFAULT;
    private static final int KIB = 1 << 10;

    private static SecureNode start(UnaryOperator<GatewayOptions.Builder> change) {
        GatewayOptions.Builder gateway = GatewayOptions.DEFAULT.withPort(0).toBuilder();
        return SecureNode.small(options -> options.gateway(change.apply(gateway).build()));
    }

    private static SecureNode startWithPlaces(int all, int perAddress, int pending, int pendingPerAddress) {
        return start(gateway -> gateway.connections(new ConnectionLimits(
                all,
                perAddress,
                pending,
                pendingPerAddress,
                NORMAL.upgradeMillisMax(),
                NORMAL.firstMessageMillisMax(),
                NORMAL.messageMillisMax(),
                NORMAL.messagesPerSecond(),
                NORMAL.messageBurst(),
                NORMAL.bytesPerSecond(),
                NORMAL.byteBurst())));
    }

    private static SecureNode startWithRates(int messagesPerSecond, int bytesPerSecond) {
        return start(gateway -> gateway.connections(rates(messagesPerSecond, bytesPerSecond)));
    }

    private static ConnectionLimits rates(int messagesPerSecond, int bytesPerSecond) {
        return new ConnectionLimits(
                NORMAL.connectionsMax(),
                NORMAL.perAddressMax(),
                NORMAL.pendingMax(),
                NORMAL.pendingPerAddressMax(),
                NORMAL.upgradeMillisMax(),
                NORMAL.firstMessageMillisMax(),
                NORMAL.messageMillisMax(),
                messagesPerSecond,
                messagesPerSecond,
                bytesPerSecond,
                bytesPerSecond);
    }

    @Test
    void aNodeHasSoManyConnections() throws IOException {
        try (SecureNode node = startWithPlaces(2, 100, 100, 100);
                RawClient first = join(node.connect(), "d", new Author(1))) {
            RawClient second = node.connect();
            assertRefusedAtOnce(node);
            assertThat(node.reached(Limit.CONNECTIONS)).isEqualTo(1);
            assertServed(first);
            second.close();
            TestCluster.eventually(() -> node.server().metrics().connections() == 1);
            join(node.connect(), "d", new Author(2)).close();
        }
    }

    @Test
    void anAddressHasSoManyConnections() throws IOException {
        try (SecureNode node = startWithPlaces(100, 2, 100, 100);
                RawClient first = join(node.connect(), "d", new Author(1));
                RawClient second = join(node.connect(), "d", new Author(2))) {
            assertRefusedAtOnce(node);
            assertThat(node.reached(Limit.CONNECTIONS_PER_ADDRESS)).isEqualTo(1);
            try (BareSocket neighbour =
                    BareSocket.from("127.0.0.2", node.server().port())) {
                neighbour.write(BareSocket.UPGRADE);
                assertThat(neighbour.readLine()).startsWith("HTTP/1.1 101");
            }
            assertServed(first);
            assertServed(second);
        }
    }

    @Test
    void soManyOfAnAddressMayBePending() throws IOException {
        try (SecureNode node = startWithPlaces(100, 100, 100, 2);
                RawClient first = join(node.connect(), "d", new Author(1));
                BareSocket silent = new BareSocket(node.server().port());
                BareSocket upgraded = BareSocket.upgraded(node.server().port())) {
            assertRefusedAtOnce(node);
            assertThat(node.reached(Limit.PENDING_PER_ADDRESS)).isEqualTo(1);
            assertServed(first);
            // A message makes it one that is not pending any more.
            upgraded.write(ping(1));
            assertThat(upgraded.read(1)).hasSize(1);
            join(node.connect(), "d", new Author(2)).close();
            assertThat(silent.drain()).isTrue();
        }
    }

    private static void assertRefusedAtOnce(SecureNode node) throws IOException {
        try (BareSocket further = new BareSocket(node.server().port())) {
            assertThat(further.readUntilClosed()).isEmpty();
        }
    }

    private static void assertServed(RawClient client) {
        client.send(new DocumentStatusRequest("d", null));
        client.next(DocumentStatus.class);
    }

    // Otherwise one connection could show one forged token after the other, and have each signature checked.
    @Test
    void anAttemptToGetInCostsItsConnection() throws IOException {
        try (SecureNode node = start(gateway -> gateway);
                BareSocket forger = new BareSocket(node.server().port())) {
            forger.write("GET /?token=one HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n"
                    + "GET /?token=two HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n");
            String answers = new String(forger.readUntilClosed(), StandardCharsets.ISO_8859_1);
            assertThat(answers).startsWith("HTTP/1.1 403").containsOnlyOnce("HTTP/1.1");
        }
    }

    @Test
    void aMessageHasSoManyBytes() {
        FrameLimits frames = FrameLimits.ofFrameBytes(10 * KIB);
        try (SecureNode node = start(gateway -> gateway.frames(frames));
                RawClient other = join(node.connect(), "d", new Author(1));
                RawClient inOneFrame = node.connect();
                RawClient inFragments = node.connect()) {
            Buffer large = Buffer.buffer("{\"type\":2,\"pad\":\"" + "x".repeat(11 * KIB) + "\"}");
            inOneFrame.socket().writeFinalTextFrame(large.toString());
            assertThat(inOneFrame.closeCode()).isEqualTo((short) 1009);
            inFragments.socket().writeFrame(WebSocketFrame.textFrame("x".repeat(6 * KIB), false));
            inFragments
                    .socket()
                    .writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer("x".repeat(6 * KIB)), false));
            assertThat(inFragments.closeCode()).isEqualTo((short) 1009);
            assertThat(node.reached(Limit.MESSAGE_BYTES)).isEqualTo(2);
            assertServed(other);
        }
    }

    @Test
    void whatComesInManyBytesIsReadSlowly() {
        try (SecureNode node = startWithRates(0, 256 * KIB);
                RawClient flooder = join(node.connect(), "d", new Author(1))) {
            String pad = " ".repeat(64 * KIB);
            long start = System.nanoTime();
            for (int i = 0; i < 12; i++) {
                flooder.socket().writeTextMessage("{\"type\":5,\"documentId\":\"d\",\"timestamp\":1}" + pad);
            }
            assertServed(flooder);
            assertThat(node.reached(Limit.BYTE_RATE)).isPositive();
            // 768 KiB, of which 256 may come at once, and what was read already is always taken.
            assertThat(System.nanoTime() - start).isGreaterThan(1_000_000_000L);
        }
    }

    // What is no whole message costs an event loop as much as what is one.
    @Test
    void emptyFragmentsAndPingsOfTheWebSocketAreReadSlowlyToo() throws IOException {
        for (byte[] frame : new byte[][] {BareSocket.frame(0x00, new byte[0]), BareSocket.frame(0x89, new byte[1])}) {
            try (SecureNode node = startWithRates(500, 0);
                    BareSocket flooder = BareSocket.upgraded(node.server().port())) {
                flooder.write(ping(1));
                flooder.write(BareSocket.frame(0x01, "{".getBytes(StandardCharsets.UTF_8)));
                flooder.write(times(frame, 2_000));
                node.awaitReached(Limit.MESSAGE_RATE);
            }
        }
    }

    // Who asks and asks and never reads an answer would fill the memory with answers.
    @Test
    void whoDoesNotReadIsNotRead() throws IOException {
        // What is asked about is repeated in the answer.
        String ping = "{\"type\":5,\"documentId\":\"" + "d".repeat(1_000) + "\",\"timestamp\":1}";
        byte[] askedByMessage = times(BareSocket.frame(0x81, ping.getBytes(StandardCharsets.UTF_8)), 20);
        byte[] askedByWebSocket = times(BareSocket.frame(0x89, new byte[125]), 200);
        for (byte[] questions : new byte[][] {askedByMessage, askedByWebSocket}) {
            try (SecureNode node = start(
                            gateway -> gateway.writeQueueBytesMax(64 * KIB).connections(rates(0, 0)));
                    RawClient other = join(node.connect(), "d", new Author(1));
                    BareSocket asker = BareSocket.upgraded(node.server().port())) {
                AtomicLong asked = new AtomicLong();
                Thread asking = new Thread(() -> ask(asker, questions, asked), "asker");
                asking.start();
                node.awaitReached(Limit.WRITE_QUEUE_BYTES);
                // What the kernel holds for both directions is some megabytes; then it comes to rest.
                TestCluster.eventually(() -> isAtRest(asked));
                assertServed(other);
            }
        }
    }

    private static void ask(BareSocket asker, byte[] questions, AtomicLong asked) {
        try {
            while (true) {
                asker.write(questions);
                asked.addAndGet(questions.length);
            }
        } catch (IOException e) {
            // The end of the test.
            return;
        }
    }

    private static boolean isAtRest(AtomicLong asked) {
        long before = asked.get();
        LockSupport.parkNanos(1_000_000_000L);
        return asked.get() == before;
    }

    @Test
    void whoTakesNothingForLongIsDropped() throws IOException {
        try (SecureNode node = start(gateway -> gateway.writeQueueBytesMax(64 * KIB)
                        .stalledMillisMax(500)
                        .connections(rates(0, 0)));
                BareSocket asker = BareSocket.upgraded(node.server().port())) {
            Thread asking = new Thread(() -> ask(asker, times(ping(7), 200), new AtomicLong()), "asker");
            asking.start();
            node.awaitReached(Limit.STALLED_TIME);
            TestCluster.eventually(() -> node.server().metrics().connections() == 0);
        }
    }

    @Test
    void whoSaysNothingForLongIsDropped() {
        try (SecureNode node = start(gateway -> gateway.silentMillisMax(500));
                RawClient silent = join(node.connect(), "silent", new Author(1))) {
            assertThat(silent.closeCode()).isEqualTo((short) 1006);
            assertThat(node.reached(Limit.SILENT_TIME)).isEqualTo(1);
        }
    }

    @Test
    void everyLimitIsAMetric() {
        try (SecureNode node = start(gateway -> gateway)) {
            String metrics = node.server().metrics().scrape();
            for (Limit limit : Limit.values()) {
                assertThat(metrics).contains("weft_limit_reached_total{limit=\"" + limit.id() + "\"} ");
            }
        }
    }

    private static byte[] ping(int timestamp) {
        String ping = "{\"type\":5,\"documentId\":\"d\",\"timestamp\":" + timestamp + "}";
        return BareSocket.frame(0x81, ping.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] times(byte[] frame, int count) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(frame);
        }
        return all.toByteArray();
    }
}
