package dev.weft.server.simulation;

import java.util.PriorityQueue;
import java.util.Random;

/** Virtual time, chance, and what is going to happen. Things due in the same millisecond happen in the order of asking. */
final class Schedule {
    private record Due(long atMillis, long order, Runnable action) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atMillis, other.atMillis);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /** Far from zero, so that a forgotten "never" shows. */
    private static final long START_MILLIS = 1_000_000_000L;

    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final Random random;
    private long nowMillis = START_MILLIS;
    private long order;
    private long steps;
    private Runnable afterStep = () -> {};

    Schedule(long seed) {
        random = new Random(seed);
    }

    /** What is looked at whenever something has happened. */
    void afterEachStep(Runnable check) {
        afterStep = check;
    }

    long now() {
        return nowMillis;
    }

    long elapsed() {
        return nowMillis - START_MILLIS;
    }

    long steps() {
        return steps;
    }

    void after(long delayMillis, Runnable action) {
        at(nowMillis + delayMillis, action);
    }

    void at(long atMillis, Runnable action) {
        due.add(new Due(Math.max(nowMillis, atMillis), order++, action));
    }

    /** Does everything that is due up to a time from now. */
    void run(long millis) {
        long until = nowMillis + millis;
        while (!due.isEmpty() && due.peek().atMillis <= until) {
            Due next = due.poll();
            nowMillis = next.atMillis;
            steps++;
            next.action.run();
            afterStep.run();
        }
        nowMillis = until;
    }

    Random random() {
        return random;
    }

    /** From 0 to so many, both included. */
    long upTo(long max) {
        return max <= 0 ? 0 : random.nextInt((int) max + 1);
    }

    boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }
}
