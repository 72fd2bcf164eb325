package dev.weft.server.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.Welcome;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Two pairs of clients, one of each mode, who write to each other while somebody else attacks, and measure how long a
 * change takes from one to the other. On a thread of their own.
 */
final class Bystanders implements AutoCloseable {
    /** A round trip that takes longer than this is no service any more, however slow the machine. */
    private static final long UNSERVED_MILLIS = 20_000;

    private static final long SAY_SOMETHING_NANOS = 10_000_000_000L;

    private final String attack;
    private final String documentId = "bystanders-" + UUID.randomUUID();
    private final Author author = new Author(90);
    private final RawClient writer;
    private final RawClient reader;
    private final RawClient pusher;
    private final RawClient listener;
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::run, "bystanders");
    private volatile long slowestMillis;
    private volatile int rounds;

    /** @param attack what they are meant not to notice, for the figures */
    Bystanders(String attack, Supplier<RawClient> connect) {
        this.attack = attack;
        writer = SecureNode.join(connect.get(), documentId, author);
        reader = SecureNode.join(connect.get(), documentId, new Author(91));
        pusher = hello(connect.get());
        listener = hello(connect.get());
        thread.start();
    }

    private RawClient hello(RawClient client) {
        client.send(new Hello(documentId, author.peer(), Set.of()));
        client.next(Welcome.class);
        return client;
    }

    private void run() {
        long saidAtNanos = System.nanoTime();
        try {
            do {
                if (System.nanoTime() - saidAtNanos > SAY_SOMETHING_NANOS) {
                    // As clients do that have nothing to say: who is silent for long is dropped.
                    List.of(reader, listener).forEach(client -> client.send(new Ping(documentId, 0, null)));
                    saidAtNanos = System.nanoTime();
                }
                round();
            } while (!isOver.get());
        } catch (RuntimeException | AssertionError e) {
            failure.set(e);
        }
    }

    private void round() {
        long start = System.nanoTime();
        var change = author.type('x');
        writer.send(new ChangeMessage(documentId, change));
        reader.next(ChangeMessage.class, message -> message.change().equals(change));
        String blob = Base64.getEncoder().encodeToString(("round " + rounds).getBytes());
        pusher.send(new Push(documentId, List.of(blob)));
        listener.next(RelayChanges.class, message -> message.changes().contains(blob));
        slowestMillis = Math.max(slowestMillis, (System.nanoTime() - start) / 1_000_000);
        rounds++;
        java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
    }

    /** Ends, and fails if anybody was not served; says how long the slowest round took. */
    @Override
    public void close() {
        isOver.set(true);
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(failure.get())
                .as("what the others noticed after %d rounds", rounds)
                .isNull();
        assertThat(rounds).isPositive();
        assertThat(slowestMillis).isLessThan(UNSERVED_MILLIS);
        System.out.printf(
                "Bystanders of %s: %d changes in each mode, the slowest took %d ms; heap %d MiB%n",
                attack, rounds, slowestMillis, usedMebibytes());
        writer.send(new DocumentStatusRequest(documentId, null));
        writer.next(DocumentStatus.class);
        List.of(writer, reader, pusher, listener).forEach(RawClient::close);
    }

    static long usedMebibytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
    }
}
