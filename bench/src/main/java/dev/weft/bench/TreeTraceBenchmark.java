package dev.weft.bench;

import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.sequence.ElementId;
import dev.weft.crdt.sequence.ElementRange;
import dev.weft.crdt.sequence.FugueText;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Measures the sequence alone, without documents and encodings: recorded sessions, and shapes that hurt sequences that
 * walk. Prints the best of several rounds; run it with {@code java -cp … dev.weft.bench.TreeTraceBenchmark}.
 */
public final class TreeTraceBenchmark {
    private static final PeerId A = new PeerId(1, 1);
    private static final PeerId B = new PeerId(2, 2);
    private static final int ROUNDS = 8;

    private TreeTraceBenchmark() {}

    public static void main(String[] arguments) {
        for (String name : new String[] {"automerge-paper", "sveltecomponent", "rustcode", "friendsforever_flat"}) {
            EditingTrace trace = EditingTrace.load(name);
            report(name + ", " + trace.editCount() + " edits", () -> replay(trace));
        }
        for (int size : new int[] {10_000, 100_000, 1_000_000}) {
            report("append " + size, () -> append(size));
            report("prepend " + size, () -> prepend(size));
            report("random insert " + size, () -> randomInsert(size));
            report("two peers at one point, runs " + size, () -> concurrentRuns(size));
            report("two peers at one point, siblings " + size, () -> concurrentSiblings(size));
        }
    }

    private static void report(String what, Supplier<FugueText> work) {
        long best = Long.MAX_VALUE;
        long firstNanos = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            FugueText tree = work.get();
            long nanos = System.nanoTime() - start;
            if (tree.size() == 0) {
                throw new AssertionError(what);
            }
            best = Math.min(best, nanos);
            firstNanos = round == 0 ? nanos : firstNanos;
        }
        long before = usedAfterCollection();
        FugueText tree = work.get();
        long retained = usedAfterCollection() - before;
        System.out.printf(
                "%-50s first %8.1f ms  best %8.1f ms  retained %8.1f KiB  (%d live of %d)%n",
                what, firstNanos / 1e6, best / 1e6, retained / 1024.0, tree.size(), tree.elementCount());
    }

    private static long usedAfterCollection() {
        System.gc();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static FugueText replay(EditingTrace trace) {
        FugueText tree = new FugueText();
        List<ElementRange> doomed = new ArrayList<>();
        long counter = 0;
        for (EditingTrace.Step step : trace.steps()) {
            for (EditingTrace.Edit edit : step.edits()) {
                if (edit.deleted() > 0) {
                    tree.forEachRange(
                            edit.position(),
                            edit.deleted(),
                            (peer, first, n) -> doomed.add(new ElementRange(peer, first, n)));
                    for (ElementRange range : doomed) {
                        tree.delete(range.peer(), range.first(), range.count());
                    }
                    doomed.clear();
                }
                String text = edit.inserted();
                if (!text.isEmpty()) {
                    type(tree, edit.position(), A, counter, text);
                    counter += text.length();
                }
            }
        }
        if (!tree.text().equals(trace.endContent())) {
            throw new AssertionError(trace.name() + " ended differently");
        }
        return tree;
    }

    private static void type(FugueText tree, int index, PeerId peer, long counter, String text) {
        ElementId left = tree.idAt(index - 1);
        tree.insert(left, tree.next(left), peer, counter, text.length(), text, 0);
    }

    private static FugueText append(int size) {
        FugueText tree = new FugueText();
        for (int i = 0; i < size; i++) {
            type(tree, i, A, i, "x");
        }
        return tree;
    }

    private static FugueText prepend(int size) {
        FugueText tree = new FugueText();
        for (int i = 0; i < size; i++) {
            type(tree, 0, A, i, "x");
        }
        return tree;
    }

    private static FugueText randomInsert(int size) {
        FugueText tree = new FugueText();
        Random random = new Random(1);
        for (int i = 0; i < size; i++) {
            type(tree, random.nextInt(i + 1), A, i, "x");
        }
        return tree;
    }

    private static FugueText concurrentRuns(int size) {
        FugueText tree = new FugueText();
        tree.insert(ElementId.NULL, ElementId.NULL, A, 0, 2, "()", 0);
        ElementId endOfA = new ElementId(A, 0);
        ElementId endOfB = endOfA;
        ElementId right = new ElementId(A, 1);
        for (int i = 0; i < size / 2; i++) {
            tree.insert(endOfA, right, A, i + 2, 1, "a", 0);
            tree.insert(endOfB, right, B, i, 1, "b", 0);
            endOfA = new ElementId(A, i + 2);
            endOfB = new ElementId(B, i);
        }
        return tree;
    }

    private static FugueText concurrentSiblings(int size) {
        FugueText tree = new FugueText();
        tree.insert(ElementId.NULL, ElementId.NULL, A, 0, 2, "()", 0);
        ElementId left = new ElementId(A, 0);
        for (int i = 0; i < size / 2; i++) {
            tree.insert(left, ElementId.NULL, B, i, 1, "b", 0);
            tree.insert(left, ElementId.NULL, A, i + 3, 1, "a", 0);
        }
        return tree;
    }
}
