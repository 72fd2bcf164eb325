package dev.weft.chaos;

import dev.weft.chaos.client.Futures;
import dev.weft.chaos.client.StockWriter;
import dev.weft.chaos.client.View;
import dev.weft.chaos.client.WeftWriter;
import dev.weft.chaos.client.Writer;
import dev.weft.chaos.client.Writer.Written;
import dev.weft.chaos.cluster.Cluster;
import dev.weft.crdt.id.OperationId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The people of one round: on every node one with each kind of client in each mode, and some who leave when the fault
 * strikes, so that nobody can bring back what the cluster promised to keep. Used by one thread.
 */
final class Crowd implements AutoCloseable {
    private static final long POLL_MILLIS = 50;

    /** Somebody, and the node they connect to first. */
    private record Person(Writer writer, int home, boolean leaves) {}

    private final Vertx vertx;
    private final Cluster cluster;
    private final Pace pace;
    private final Random random;
    private final String documentId = "chaos-" + UUID.randomUUID();
    private final List<Person> people = new ArrayList<>();
    private final List<Writer> present = new ArrayList<>();
    private final Map<String, List<Written>> ofThoseWhoLeft = new LinkedHashMap<>();
    private final Map<Writer, Long> timers = new LinkedHashMap<>();

    /**
     * @param everyMillis between two edits of one person
     * @param pingMillis the interval of every client
     */
    record Pace(long everyMillis, long pingMillis) {}

    Crowd(Vertx vertx, Cluster cluster, Pace pace, long seed) {
        this.vertx = vertx;
        this.cluster = cluster;
        this.pace = pace;
        this.random = new Random(seed);
    }

    String documentId() {
        return documentId;
    }

    /**
     * Everybody connects.
     *
     * @param owner whoever is there opens the documents first, which makes the node their owner
     */
    void gather(int owner) {
        add(owner, "leaver", true);
        Futures.await(Future.join(present.stream().map(Writer::start).toList()));
        int opened = present.size();
        if (cluster.nodes().size() > 1) {
            add(owner + 1, "leaver", true);
        }
        for (int node = 0; node < cluster.nodes().size(); node++) {
            add(node, "writer", false);
            addStock(node);
        }
        Futures.await(
                Future.join(present.stream().skip(opened).map(Writer::start).toList()));
    }

    private void add(int home, String role, boolean leaves) {
        for (boolean isRelay : List.of(false, true)) {
            String name = "weft-" + mode(isRelay) + "-" + role + "@"
                    + cluster.node(home).name();
            add(
                    new WeftWriter(
                            vertx,
                            name,
                            isRelay,
                            document(isRelay),
                            // Who opens a document makes the node its owner, so it must be that node, and nobody who
                            // leaves needs another.
                            leaves ? List.of(cluster.node(home).url()) : cluster.urlsFrom(home),
                            random.nextLong(),
                            pace.pingMillis()),
                    home,
                    leaves);
        }
    }

    private void addStock(int home) {
        for (boolean isRelay : List.of(false, true)) {
            String name =
                    "stock-" + mode(isRelay) + "-writer@" + cluster.node(home).name();
            add(
                    new StockWriter(
                            vertx,
                            name,
                            isRelay,
                            document(isRelay),
                            cluster.urlsFrom(home),
                            random.nextLong(),
                            pace.pingMillis()),
                    home,
                    false);
        }
    }

    private void add(Writer writer, int home, boolean leaves) {
        people.add(new Person(writer, Math.floorMod(home, cluster.nodes().size()), leaves));
        present.add(writer);
    }

    private static String mode(boolean isRelay) {
        return isRelay ? "relay" : "aware";
    }

    String document(boolean isRelay) {
        return documentId + (isRelay ? "-relay" : "-aware");
    }

    List<Writer> present() {
        return present;
    }

    /** Of those who can tell when an edit was acknowledged, whose node is none of these. */
    List<Writer> tellersOutside(Set<Integer> nodes) {
        return people.stream()
                .filter(person -> !person.leaves && !nodes.contains(person.home))
                .map(Person::writer)
                .filter(WeftWriter.class::isInstance)
                .toList();
    }

    /** Everybody writes, at a steady rate, until told otherwise. */
    void startWriting() {
        for (Writer writer : present) {
            long first = 1 + random.nextLong(pace.everyMillis());
            timers.put(writer, vertx.setPeriodic(first, pace.everyMillis(), tick -> writer.write()));
        }
    }

    void stopWriting() {
        timers.values().forEach(vertx::cancelTimer);
        timers.clear();
    }

    /** Those who leave do so; what they were promised is remembered. Returns when the last has gone. */
    void leavers() {
        List<Writer> leaving =
                people.stream().filter(Person::leaves).map(Person::writer).toList();
        leaving.forEach(writer -> vertx.cancelTimer(timers.remove(writer)));
        List<Future<Void>> left = leaving.stream().map(Writer::leave).toList();
        Futures.await(Future.join(left));
        leaving.forEach(writer -> ofThoseWhoLeft.put(writer.name(), writer.written()));
        present.removeAll(leaving);
    }

    /** Waits until nobody has anything on the way and all of a document see the same. */
    boolean awaitEqual(long millisMax) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millisMax);
        while (!isEqual()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
        }
        return true;
    }

    private boolean isEqual() {
        for (Writer writer : present) {
            if (!Futures.await(writer.isSettled())) {
                return false;
            }
        }
        return List.of(false, true).stream()
                .allMatch(isRelay -> areEqual(views(isRelay).values()));
    }

    /**
     * Whether all hold the same changes and show the same. Where a room was compacted, a snapshot stands for history, and
     * with it goes what orders late edits: then the changes alone are compared, as nothing else is promised there.
     */
    static boolean areEqual(Collection<View> views) {
        Set<OperationId> all = new HashSet<>();
        views.forEach(view -> all.addAll(view.changes()));
        return views.stream().allMatch(view -> all.stream().allMatch(view::holds))
                && (isCompacted(views)
                        || views.stream().map(View::content).distinct().count() <= 1);
    }

    static boolean isCompacted(Collection<View> views) {
        return views.stream().anyMatch(view -> !view.forgotten().isEmpty());
    }

    /** By name. */
    Map<String, View> views(boolean isRelay) {
        Map<String, View> views = new LinkedHashMap<>();
        for (Writer writer : present) {
            if (writer.isRelay() == isRelay) {
                views.put(writer.name(), Futures.await(writer.view()));
            }
        }
        return views;
    }

    /**
     * Who does not see a single edit of an aware document that another made since then.
     *
     * @param affected nodes that are cut off from the others, if not all are; nobody is asked across
     */
    List<String> unseen(long sinceNanos, Set<Integer> affected) {
        Map<String, View> views = views(false);
        List<String> unseen = new ArrayList<>();
        for (Person author : people) {
            for (Person reader : people) {
                View view = views.get(reader.writer.name());
                if (author != reader
                        && affected.contains(author.home) == affected.contains(reader.home)
                        && view != null
                        && !author.leaves
                        && !author.writer.isRelay()) {
                    boolean isSeen = writtenBy(author.writer).stream()
                            .filter(written -> written.madeNanos() > sinceNanos)
                            .flatMap(written -> written.changes().stream())
                            .anyMatch(view::holds);
                    if (!isSeen) {
                        unseen.add(reader.writer.name() + " sees nothing of " + author.writer.name());
                    }
                }
            }
        }
        return unseen;
    }

    /** What must never be missing any more: all that anybody was told is durable, by name of who was told. */
    Map<String, Set<OperationId>> promised(boolean isRelay) {
        Map<String, Set<OperationId>> promised = new LinkedHashMap<>();
        for (Person person : people) {
            Writer writer = person.writer;
            if (writer.isRelay() == isRelay) {
                Set<OperationId> ids = new HashSet<>();
                writtenBy(writer).stream()
                        .filter(Written::isAcknowledged)
                        .forEach(written -> ids.addAll(written.changes()));
                promised.put(writer.name(), ids);
            }
        }
        return promised;
    }

    List<Written> writtenBy(Writer writer) {
        List<Written> before = ofThoseWhoLeft.get(writer.name());
        return before == null ? writer.written() : before;
    }

    int edits() {
        return people.stream()
                .mapToInt(person -> writtenBy(person.writer).size())
                .sum();
    }

    int acknowledged() {
        return (int) people.stream()
                .flatMap(person -> writtenBy(person.writer).stream())
                .filter(Written::isAcknowledged)
                .count();
    }

    /** The most that anybody had to connect again. */
    int reconnectsMax(Set<Integer> exceptAt) {
        return people.stream()
                .filter(person -> !person.leaves && !exceptAt.contains(person.home))
                .mapToInt(person -> person.writer.reconnects())
                .max()
                .orElse(0);
    }

    String describe() {
        StringBuilder all = new StringBuilder();
        people.forEach(person -> all.append("  ")
                .append(person.writer.describe())
                .append(person.leaves ? ", left" : "")
                .append('\n'));
        return all.toString();
    }

    @Override
    public void close() {
        stopWriting();
        Futures.await(Future.join(present.stream().map(Writer::leave).toList()));
        present.clear();
    }
}
