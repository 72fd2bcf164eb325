package dev.weft.server.security;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Damaged frames of both modes, damaged upgrades and damaged WebSockets, from several connections at once, against a
 * running node. For {@code -Dweft.fuzz.minutes} minutes, a few seconds by default; {@code -Dseed} begins as another run
 * did, though what threads do to each other does not repeat.
 */
class SocketFuzzIT {
    private static final int ATTACKERS = 4;
    private static final int FRAMES_MAX = 40;
    private static final long SHORT_NANOS = 4_000_000_000L;
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final long GROWTH_MEBIBYTES_MAX = 400;

    private static final MessageCodec CODEC =
            new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, List.of(new AwarenessCodec()));

    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong sockets = new AtomicLong();
    private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

    @Test
    void aNodeSurvivesWhateverComes() throws InterruptedException {
        long seed = Long.getLong("seed", System.nanoTime());
        int minutes = Integer.getInteger("weft.fuzz.minutes", 0);
        long nanos = minutes == 0 ? SHORT_NANOS : minutes * MINUTE_NANOS;
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        log.start();
        try (SecureNode node = SecureNode.start(AuthOptions.NONE)) {
            node.server().vertx().exceptionHandler(uncaught::add);
            int port = node.server().port();
            long heapBefore = Bystanders.usedMebibytes();
            root.addAppender(log);
            long start = System.nanoTime();
            Bystanders bystanders = new Bystanders(
                    "fuzzing", () -> RawClient.connect(node.server().vertx(), port));
            try {
                List<Thread> attackers = new ArrayList<>();
                for (int i = 0; i < ATTACKERS; i++) {
                    Random random = new Random(seed + i);
                    Thread attacker = new Thread(() -> attack(port, random, start + nanos), "attacker-" + i);
                    attacker.start();
                    attackers.add(attacker);
                }
                for (Thread attacker : attackers) {
                    attacker.join();
                }
            } finally {
                bystanders.close();
            }
            // Every connection is gone again, the attackers' and the bystanders'.
            TestCluster.eventually(() -> node.server().metrics().connections() == 0);
            long heapAfter = Bystanders.usedMebibytes();
            System.out.printf(
                    "Fuzzed with seed %d: %d frames on %d connections in %d s; heap %d MiB before, %d MiB after%n",
                    seed,
                    frames.get(),
                    sockets.get(),
                    (System.nanoTime() - start) / 1_000_000_000,
                    heapBefore,
                    heapAfter);
            assertThat(uncaught).as("seed %d", seed).isEmpty();
            assertThat(heapAfter - heapBefore).as("seed %d", seed).isLessThan(GROWTH_MEBIBYTES_MAX);
        } finally {
            root.detachAppender(log);
        }
        assertThat(log.list.stream().filter(event -> event.getLevel().isGreaterOrEqual(Level.ERROR)))
                .as("seed %d", seed)
                .isEmpty();
    }

    private void attack(int port, Random random, long untilNanos) {
        List<byte[]> corpus = corpus();
        while (System.nanoTime() < untilNanos) {
            try (BareSocket socket = random.nextInt(10) == 0 ? new BareSocket(port) : BareSocket.upgraded(port)) {
                sockets.incrementAndGet();
                int count = 1 + random.nextInt(FRAMES_MAX);
                for (int i = 0; i < count && System.nanoTime() < untilNanos; i++) {
                    socket.write(next(corpus, random));
                    frames.incrementAndGet();
                    if (random.nextInt(4) == 0 && !socket.drain()) {
                        break;
                    }
                }
            } catch (IOException e) {
                // Closed by the node, as it should be; the next connection goes on.
                continue;
            } catch (RuntimeException | AssertionError e) {
                uncaught.add(e);
                return;
            }
        }
    }

    /** What both modes say. */
    private static List<byte[]> corpus() {
        Author author = new Author(7);
        String id = "fuzzed";
        var changes = author.types("fuzz");
        List<Message> messages = List.of(
                new HandshakeRequest(id, author.peer(), author.holds(), Set.of("ack", "batch", "resume")),
                new ChangeMessage(id, changes.get(0)),
                new ChangesMessage(id, changes),
                new DocumentStatusRequest(id, author.holds()),
                new Ping(id, 1, author.holds()),
                new Hello(id, author.peer(), Set.of()),
                new Push(id, List.of("eA==", "eQ==")),
                new SnapshotUpload(id, "eA==", 1),
                new AwarenessUpdate(id, new ClientAwareness("somebody", Map.of("name", "Ann", "at", List.of(1, 2)))));
        List<byte[]> corpus = new ArrayList<>();
        messages.forEach(message -> corpus.add(CODEC.encode(message)));
        corpus.add("{\"type\":26,\"documentId\":\"fuzzed\"}".getBytes(StandardCharsets.UTF_8));
        return corpus;
    }

    private static byte[] next(List<byte[]> corpus, Random random) throws IOException {
        byte[] message = corpus.get(random.nextInt(corpus.size())).clone();
        if (random.nextInt(3) > 0) {
            message = damaged(message, corpus, random);
        }
        if (random.nextInt(20) == 0) {
            message = gzip(message);
        }
        int firstByte = random.nextInt(2) == 0 ? 0x81 : 0x82;
        if (random.nextInt(12) == 0) {
            // Fragments, control frames, reserved bits and opcodes.
            firstByte = random.nextInt(256);
        }
        byte[] frame = BareSocket.frame(firstByte, message);
        return random.nextInt(25) == 0 ? damaged(frame, corpus, random) : frame;
    }

    private static byte[] damaged(byte[] bytes, List<byte[]> corpus, Random random) {
        byte[] damaged = bytes;
        for (int i = 1 + random.nextInt(3); i > 0 && damaged.length > 0; i--) {
            int at = random.nextInt(damaged.length);
            damaged = switch (random.nextInt(5)) {
                case 0 -> with(damaged, at, (byte) random.nextInt(256));
                case 1 -> with(damaged, at, (byte) "{}[]\",:0-9e\\un".charAt(random.nextInt(14)));
                case 2 -> Arrays.copyOf(damaged, at);
                case 3 -> spliced(damaged, at, corpus.get(random.nextInt(corpus.size())), random);
                default ->
                    spliced(damaged, at, "9".repeat(random.nextInt(40)).getBytes(StandardCharsets.UTF_8), random);
            };
        }
        return damaged;
    }

    private static byte[] with(byte[] bytes, int at, byte value) {
        byte[] changed = bytes.clone();
        changed[at] = value;
        return changed;
    }

    /** The beginning of one and the end of the other. */
    private static byte[] spliced(byte[] bytes, int at, byte[] other, Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        int from = random.nextInt(other.length + 1);
        out.write(other, from, other.length - from);
        if (random.nextBoolean()) {
            out.write(bytes, at, bytes.length - at);
        }
        return out.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }
}
