package dev.weft.server.conformance;

import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.Message;
import dev.weft.server.kit.ProcessCluster;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.SocketStockHost;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.kit.TestDatabase;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A hundred stock clients with presence type into one document on three nodes while its owner leaves (checklist 4).
 * {@code -Dweft.typists=…}, {@code -Dseed=…}.
 */
@Timeout(value = 380, unit = TimeUnit.SECONDS)
class OwnerLeavesIT {
    private static final int TYPISTS = Integer.getInteger("weft.typists", 100);
    private static final long SEED = Long.getLong("seed", 4);
    private static final int NODES = 3;
    private static final int LETTERS_EACH = 3;
    private static final int PATIENCE_SECONDS = 120;

    private final Vertx vertx = Vertx.vertx();
    private final String documentId = "left-" + UUID.randomUUID();
    private final Random random = new Random(SEED);
    private final List<Person> people = new ArrayList<>();
    private final Map<String, LongAdder> messages = new ConcurrentSkipListMap<>();

    /** The node no new connection goes to; what a load balancer knows. */
    private volatile int left = -1;

    private final class Count implements SocketStockHost.Witness {
        @Override
        public void said(Message message) {
            count("said ", message);
        }

        @Override
        public void heard(Message message) {
            count("heard ", message);
        }

        private void count(String direction, Message message) {
            String what = message instanceof ErrorMessage error
                    ? error.code() + " (" + error.message() + ")"
                    : message.getClass().getSimpleName();
            messages.computeIfAbsent(direction + what, w -> new LongAdder()).increment();
        }
    }

    @AfterEach
    void stop() {
        RawClient.await(vertx.close());
    }

    @Test
    void aHundredStockClientsGoOnTypingWhenTheOwnerIsDrained() {
        try (TestCluster cluster = TestCluster.start(NODES, options -> options)) {
            gather(index -> cluster.node(index).port());
            everybodyTypes();
            int owner = cluster.ownerOf(DocumentKey.aware(documentId));
            left = owner;
            var stopped = cluster.node(owner).stop();
            everybodyTypes();
            RawClient.await(stopped);
            everybodyTypes();
            allAreEqual();
        }
    }

    @Test
    void aHundredStockClientsGoOnTypingWhenTheOwnerIsKilled() {
        try (ProcessCluster cluster = ProcessCluster.start(NODES, TestDatabase.sharedUri())) {
            // The node where a document is first opened owns it, and the first client goes to the first node.
            gather(cluster::port);
            everybodyTypes();
            left = 0;
            cluster.kill(0);
            everybodyTypes();
            everybodyTypes();
            allAreEqual();
        }
    }

    private void gather(IntUnaryOperator ports) {
        System.out.println("owner leaves " + TYPISTS + " typists, seed " + SEED);
        AtomicInteger next = new AtomicInteger();
        for (int i = 0; i < TYPISTS; i++) {
            people.add(Person.withStockClient(
                    vertx, "typist-" + i, documentId, false, () -> portOf(next, ports), Count::new));
        }
        RawClient.await(people.get(0).connect());
        people.forEach(Person::connect);
        until("everybody is connected", this::areAllSettled);
    }

    private int portOf(AtomicInteger next, IntUnaryOperator ports) {
        int index = Math.floorMod(next.getAndIncrement(), NODES);
        return ports.applyAsInt(index == left ? (index + 1) % NODES : index);
    }

    private void everybodyTypes() {
        people.forEach(person -> person.type(random));
    }

    private void allAreEqual() {
        long from = System.nanoTime();
        until("all have all letters", () -> areAllSettled() && areAllEqual());
        System.out.printf("all equal after %d ms: %s%n", (System.nanoTime() - from) / 1_000_000, messages);
    }

    /** Asks everybody, because those who gave up try again when they are asked. */
    private boolean areAllSettled() {
        return people.stream().filter(person -> !person.isSettled()).count() == 0;
    }

    private boolean areAllEqual() {
        String first = RawClient.await(people.get(0).content());
        return first.length() == TYPISTS * LETTERS_EACH
                && people.stream()
                        .allMatch(person -> RawClient.await(person.content()).equals(first));
    }

    private void until(String what, BooleanSupplier condition) {
        try {
            TestCluster.within(PATIENCE_SECONDS, what, condition);
        } catch (AssertionError e) {
            Map<String, Integer> lengths = new TreeMap<>();
            people.forEach(person -> lengths.merge(
                    (person.isSettled() ? "settled with " : "unsettled with ")
                            + RawClient.await(person.content()).length(),
                    1,
                    Integer::sum));
            throw new AssertionError(e.getMessage() + ": " + lengths + ", " + messages, e);
        }
    }
}
