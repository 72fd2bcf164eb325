package dev.weft.chaos;

import dev.weft.chaos.client.Futures;
import dev.weft.chaos.client.View;
import dev.weft.chaos.client.WeftWriter;
import dev.weft.chaos.client.Writer;
import dev.weft.chaos.client.Writer.Written;
import dev.weft.chaos.fault.Fault;
import dev.weft.chaos.fault.Scene;
import dev.weft.crdt.id.OperationId;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One fault, once: people gather and write, it strikes, it is mended, people stop; then everybody must see the same, and
 * so must somebody who joins at each node, and so must somebody who has nothing but the store. Whatever anybody was told
 * is durable, or saw of others, must be in all of it.
 */
final class Round {
    private static final long POLL_MILLIS = 50;
    private static final int NAMED_MAX = 5;

    /** A fault that lasts this long has been noticed by everybody, on however slow a machine. */
    private static final long NOTICED_MILLIS = 30_000;

    private static final long SURPRISE_MILLIS = 1_000;

    /** A server with nothing but the store. */
    interface Audit extends AutoCloseable {
        String url();

        @Override
        void close();
    }

    /**
     * @param warmUpMillis of writing before the strike
     * @param afterMillis of writing after it is mended
     * @param equalMillisMax how long it may take until all are equal
     */
    record Plan(long warmUpMillis, long afterMillis, long equalMillisMax, Crowd.Pace pace) {
        static final Plan LONG = new Plan(1_500, 1_500, 120_000, new Crowd.Pace(100, 5_000));
        static final Plan SHORT = new Plan(700, 500, 120_000, new Crowd.Pace(100, 2_000));
    }

    private final Vertx vertx;
    private final Fault fault;
    private final int number;
    private final Scene scene;
    private final Plan plan;
    private final Supplier<Audit> auditor;
    private final Crowd crowd;
    private final List<String> problems = new ArrayList<>();
    private final StringBuilder details = new StringBuilder();

    Round(Vertx vertx, Fault fault, int number, Scene scene, Plan plan, Supplier<Audit> auditor, long seed) {
        this.vertx = vertx;
        this.fault = fault;
        this.number = number;
        this.plan = plan;
        this.auditor = auditor;
        this.crowd = new Crowd(vertx, scene.cluster(), plan.pace(), seed);
        this.scene = scene.with(new Scene.Documents(crowd.document(false), crowd.document(true)));
    }

    Outcome run() throws InterruptedException {
        long began = System.nanoTime();
        try (crowd) {
            crowd.gather(scene.owner());
            crowd.startWriting();
            scene.hold(plan.warmUpMillis());
            crowd.leavers();
            long struck = System.nanoTime();
            fault.strike(scene);
            if (fault.isQuietOnceMended()) {
                crowd.stopWriting();
            }
            if (fault.isServedOnAllSides()) {
                checkThatEditingGoesOn(struck);
            }
            fault.mend(scene);
            long mended = System.nanoTime();
            if (!fault.isQuietOnceMended()) {
                scene.hold(plan.afterMillis());
                crowd.stopWriting();
                mended = System.nanoTime();
            }
            boolean isEqual = crowd.awaitEqual(plan.equalMillisMax());
            long equal = isEqual ? millisSince(mended) : -1;
            if (!isEqual) {
                problems.add("not equal " + plan.equalMillisMax() + " ms after it was mended");
            }
            return judged(began, struck, equal);
        }
    }

    /** Nobody writes any more. */
    private Outcome judged(long began, long struck, long equalMillis) {
        Set<Integer> affected = fault.affected(scene);
        List<Writer> tellers = crowd.tellersOutside(affected);
        // Where everybody is affected, everybody is asked.
        Times times = timesOf(tellers.isEmpty() ? crowd.tellersOutside(Set.of()) : tellers, struck);
        Expected aware = expected(false);
        Expected relay = expected(true);
        int edits = crowd.edits();
        int acknowledged = crowd.acknowledged();
        int reconnects = crowd.reconnectsMax(Set.of());
        int elsewhere = crowd.reconnectsMax(affected);
        checkReconnects(reconnects, elsewhere);
        details.append(crowd.describe());
        // From here on nobody can bring anything back.
        crowd.close();
        if (problems.isEmpty()) {
            checkJoiners(aware, relay);
            checkStore(aware, relay);
        }
        return new Outcome(
                fault.name(),
                number,
                List.copyOf(problems),
                problems.isEmpty() ? "" : details.toString(),
                edits,
                acknowledged,
                times.again(),
                times.longest(),
                times.longestAt(),
                equalMillis,
                elsewhere,
                reconnects,
                millisSince(began));
    }

    private void checkReconnects(int reconnects, int elsewhere) {
        Fault.Reconnects most = fault.reconnectsMax();
        if (elsewhere > most.elsewhere()) {
            problems.add("somebody at a node that was left alone connected again " + elsewhere + " times");
        }
        if (reconnects > most.affected()) {
            problems.add("somebody connected again " + reconnects + " times, where " + most.affected() + " would do");
        }
    }

    /** Those who are on one side of a fault see each other's edits, at the latest when everybody has noticed it. */
    private void checkThatEditingGoesOn(long struck) {
        long since = struck + TimeUnit.MILLISECONDS.toNanos(SURPRISE_MILLIS);
        Set<Integer> affected = fault.affected(scene);
        List<String> unseen = crowd.unseen(since, affected);
        while (!unseen.isEmpty() && millisSince(struck) < NOTICED_MILLIS) {
            scene.hold(POLL_MILLIS);
            unseen = crowd.unseen(since, affected);
        }
        unseen.forEach(who -> problems.add(who + " while it lasted"));
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    private record Times(long again, long longest, long longestAt) {}

    private static Times timesOf(List<Writer> tellers, long struck) {
        long again = -1;
        long longest = -1;
        long longestAt = -1;
        for (Writer teller : tellers) {
            long first = Long.MAX_VALUE;
            for (Written written : teller.written()) {
                if (written.madeNanos() >= struck && written.isAcknowledged()) {
                    first = Math.min(first, written.acknowledgedNanos() - struck);
                    long waited = written.acknowledgedNanos() - written.madeNanos();
                    if (waited > longest) {
                        longest = waited;
                        longestAt = written.madeNanos() - struck;
                    }
                }
            }
            if (first != Long.MAX_VALUE) {
                again = Math.max(again, first);
            }
        }
        return new Times(inMillis(again), inMillis(longest), inMillis(longestAt));
    }

    private static long inMillis(long nanos) {
        return nanos < 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    /** What every replica of a document must show, and contain. */
    private record Expected(boolean isRelay, String content, Set<OperationId> changes, boolean isComparable) {
        boolean isMetBy(View view) {
            boolean isSame = view.content().equals(content)
                    || !isComparable
                    || !view.forgotten().isEmpty();
            return isSame && changes.stream().allMatch(view::holds);
        }
    }

    private Expected expected(boolean isRelay) {
        Map<String, View> views = crowd.views(isRelay);
        Set<OperationId> must = new HashSet<>();
        // What anybody has, others may have seen.
        views.values().forEach(view -> must.addAll(view.changes()));
        crowd.promised(isRelay).forEach((who, ids) -> must.addAll(ids));
        views.forEach((who, view) -> requireAll(who, view, must));
        Map<String, List<String>> byContent = views.entrySet().stream()
                .collect(Collectors.groupingBy(
                        entry -> entry.getValue().content(),
                        Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
        boolean isComparable = !Crowd.isCompacted(views.values());
        if (byContent.size() > 1 && isComparable) {
            problems.add((isRelay ? "relay" : "aware") + " replicas show " + byContent.size() + " different contents");
            byContent.forEach((content, who) -> details.append("  ")
                    .append(who)
                    .append(" show:\n")
                    .append(content)
                    .append('\n'));
        }
        return new Expected(isRelay, views.values().iterator().next().content(), must, isComparable);
    }

    private void requireAll(String who, View view, Set<OperationId> must) {
        List<OperationId> missing = must.stream().filter(id -> !view.holds(id)).toList();
        if (missing.isEmpty()) {
            return;
        }
        Set<String> promisedTo = new TreeSet<>();
        for (boolean isRelay : List.of(false, true)) {
            crowd.promised(isRelay).forEach((author, ids) -> {
                if (missing.stream().anyMatch(ids::contains)) {
                    promisedTo.add(author);
                }
            });
        }
        problems.add(who + " lacks " + missing.size() + " changes, such as "
                + missing.stream().limit(NAMED_MAX).toList()
                + (promisedTo.isEmpty() ? "" : "; of those, some were acknowledged to " + promisedTo));
    }

    private void checkJoiners(Expected aware, Expected relay) {
        for (int node = 0; node < scene.cluster().nodes().size(); node++) {
            String url = scene.cluster().node(node).url();
            checkJoiner("a newcomer at " + scene.cluster().node(node).name(), url, aware);
            checkJoiner("a newcomer at " + scene.cluster().node(node).name(), url, relay);
        }
    }

    private void checkJoiner(String who, String url, Expected expected) {
        String name = who + " (" + (expected.isRelay() ? "relay" : "aware") + ")";
        WeftWriter joiner = new WeftWriter(
                vertx,
                name,
                expected.isRelay(),
                crowd.document(expected.isRelay()),
                List.of(url),
                0,
                plan.pace().pingMillis());
        try {
            Futures.await(joiner.start());
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(plan.equalMillisMax());
            View view = Futures.await(joiner.view());
            while (!expected.isMetBy(view) && System.nanoTime() < deadline) {
                scene.hold(POLL_MILLIS);
                view = Futures.await(joiner.view());
            }
            requireAll(name, view, expected.changes());
            if (!expected.isMetBy(view)) {
                problems.add(name + " does not see what all others see");
                details.append("  expected:\n")
                        .append(expected.content())
                        .append("\n  seen by ")
                        .append(name)
                        .append(":\n")
                        .append(view.content())
                        .append('\n');
            }
        } catch (IllegalStateException e) {
            problems.add(name + " cannot join: " + e.getMessage());
        } finally {
            Futures.await(joiner.leave());
        }
    }

    private void checkStore(Expected aware, Expected relay) {
        try (Audit audit = auditor.get()) {
            checkJoiner("somebody with nothing but the store", audit.url(), aware);
            checkJoiner("somebody with nothing but the store", audit.url(), relay);
        }
    }
}
