package dev.weft.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.kit.CuttingProxy;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two hundred clients on three nodes, half of them stock, in both modes, with presence, whose connections are cut again
 * and again. {@code -Dweft.crowd.clients=…}, {@code -Dweft.crowd.rounds=…}, {@code -Dseed=…}.
 */
@Timeout(value = 380, unit = TimeUnit.SECONDS)
class CrowdIT {
    private static final int CLIENTS = Integer.getInteger("weft.crowd.clients", 200);
    private static final int ROUNDS = Integer.getInteger("weft.crowd.rounds", 3);
    private static final long SEED = Long.getLong("seed", 11);
    private static final int DOCUMENTS = 8;
    private static final int NODES = 3;
    private static final int PATIENCE_SECONDS = 150;

    private static final Vertx VERTX = Vertx.vertx();
    private static TestCluster cluster;
    private static final List<CuttingProxy> PROXIES = new ArrayList<>();

    private final Random random = new Random(SEED);
    private final List<List<Person>> documents = new ArrayList<>();
    private final Collection<String> violations = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(NODES, options -> options);
        for (int i = 0; i < NODES; i++) {
            PROXIES.add(new CuttingProxy(VERTX, cluster.node(i).port()));
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
        RawClient.await(VERTX.close());
    }

    @Test
    void allAreEqualInTheEndNothingCameTwiceAndEverybodySeesEverybody() {
        System.out.println("crowd of " + CLIENTS + ", seed " + SEED);
        gather();
        int[] letters = new int[DOCUMENTS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < DOCUMENTS; i++) {
                for (Person person : documents.get(i)) {
                    person.type(random);
                    letters[i]++;
                }
            }
            PROXIES.forEach(proxy -> proxy.cutEvery(3, random.nextInt(3)));
        }
        until("everybody is connected and has pushed", this::areAllSettled);
        for (int i = 0; i < DOCUMENTS; i++) {
            int expected = letters[i];
            List<Person> people = documents.get(i);
            until(
                    "document " + i + " is whole and equal everywhere",
                    () -> areAllSettled() && isEqual(people, expected));
        }
        people().forEach(Person::showName);
        for (List<Person> people : documents) {
            List<String> names =
                    people.stream().map(person -> person.name).sorted().toList();
            until("everybody sees everybody once", () -> people.stream()
                    .filter(person -> person.name.startsWith("java"))
                    .allMatch(person -> get(person.namesSeen()).equals(names)));
        }
        assertThat(violations).isEmpty();
        people().forEach(person -> get(person.close()));
    }

    private void gather() {
        AtomicInteger next = new AtomicInteger();
        for (int i = 0; i < DOCUMENTS; i++) {
            boolean isRelay = i % 2 == 1;
            String documentId = "crowd-" + SEED + "-" + i;
            List<Person> people = new ArrayList<>();
            for (int n = 0; n < CLIENTS / DOCUMENTS; n++) {
                String name = (n % 2 == 0 ? "java-" : "stock-") + i + "-" + n;
                int first = n;
                people.add(
                        n % 2 == 0
                                ? Person.withJavaClient(VERTX, name, documentId, isRelay, portsFrom(first))
                                : Person.withStockClient(
                                        VERTX,
                                        name,
                                        documentId,
                                        isRelay,
                                        () -> PROXIES.get(Math.floorMod(next.getAndIncrement(), NODES))
                                                .port(),
                                        () -> new OnceWitness(violations)));
            }
            documents.add(people);
            people.forEach(Person::connect);
        }
        // On a busy machine an attempt may be refused; ours tries again, and a stock client's application does.
        until("everybody has connected", this::areAllSettled);
    }

    /** Asks everybody, because stock clients that gave up try again when they are asked. */
    private boolean areAllSettled() {
        return people().filter(person -> !person.isSettled()).count() == 0;
    }

    private static List<Integer> portsFrom(int first) {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            ports.add(PROXIES.get((first + i) % NODES).port());
        }
        return ports;
    }

    private java.util.stream.Stream<Person> people() {
        return documents.stream().flatMap(List::stream);
    }

    private static boolean isEqual(List<Person> people, int letters) {
        String first = get(people.get(0).content());
        return first.length() == letters
                && people.stream().allMatch(person -> get(person.content()).equals(first));
    }

    private static <T> T get(Future<T> future) {
        return RawClient.await(future);
    }

    private static void until(String what, BooleanSupplier condition) {
        TestCluster.within(PATIENCE_SECONDS, what, condition);
    }
}
