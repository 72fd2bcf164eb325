package dev.weft.bench;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.text.FugueTextHandler;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Measures whole documents, tree and change encoding and history together, on one thread: recorded sessions and growing
 * texts. Prints one table. Wall and processor time differ on a busy machine; the latter is what to compare.
 */
public final class CrdtBench {
    private static final int ROUNDS_MAX = 12;
    /** A row stops repeating when it has used this much processor time. */
    private static final long ROW_NANOS_MAX = 5_000_000_000L;

    private static final int OTHER_TYPE_EDITS = 100_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private CrdtBench() {}

    /**
     * @param arguments names of sequential traces; none means automerge-paper. {@code quick} leaves out other types and
     *     growth, {@code types} all but the other types
     */
    public static void main(String[] arguments) {
        List<String> names = new ArrayList<>(List.of(arguments));
        boolean quick = names.remove("quick");
        boolean typesOnly = names.remove("types");
        if (names.isEmpty()) {
            names.add("automerge-paper");
        }
        System.out.printf("%-46s %9s %10s %10s %10s %10s%n", "", "edits", "first ms", "best ms", "cpu ms", "us/edit");
        if (typesOnly) {
            otherTypes();
            return;
        }
        for (String name : names) {
            sequential(EditingTrace.load(name));
        }
        concurrent(EditingTrace.load("friendsforever"));
        if (!quick) {
            otherTypes();
            for (int size : new int[] {10_000, 100_000, 1_000_000}) {
                growth(size);
            }
        }
    }

    private static void sequential(EditingTrace trace) {
        System.out.println(trace.name());
        int edits = trace.editCount();
        Document source = TraceReplay.local(trace);
        require(text(source), trace.endContent());
        List<Change> changes = source.exportChanges();
        int bytes = changes.stream().mapToInt(change -> change.encoded().length).sum();

        row("local, one change per edit", edits, () -> null, nothing -> text(TraceReplay.local(trace)));
        row("remote, one by one", edits, CrdtBench::reader, reader -> {
            changes.forEach(reader::applyChange);
            return text(reader);
        });
        row("remote, one batch", edits, CrdtBench::reader, reader -> {
            reader.importChanges(changes);
            return text(reader);
        });
        row("snapshot, take first", edits, () -> TraceReplay.local(trace), document -> {
            return document.takeSnapshot(false).encode();
        });
        row("remote, batches of 100", edits, CrdtBench::reader, reader -> {
            for (int from = 0; from < changes.size(); from += 100) {
                reader.importChanges(changes.subList(from, Math.min(from + 100, changes.size())));
            }
            return text(reader);
        });
        snapshots(source, edits);
        heap("heap, text and history", () -> TraceReplay.local(trace));
        size("changes on the wire", bytes);
    }

    /** What every session is asked for once it is played. */
    private static void snapshots(Document source, int edits) {
        size("history in memory", source.history().retainedBytes());
        row("snapshot, take again", edits, () -> source, document -> {
            text(document);
            return document.takeSnapshot(false).encode();
        });
        byte[] snapshot = source.takeSnapshot(false).encode();
        row("snapshot, load", edits, () -> null, nothing -> {
            Document reader = reader();
            reader.importSnapshot(Snapshot.decode(snapshot), true);
            return text(reader);
        });
        heap("heap, text only (from the snapshot)", () -> {
            Document reader = reader();
            reader.importSnapshot(Snapshot.decode(snapshot), true);
            text(reader);
            return reader;
        });
        size("snapshot on the wire", snapshot.length);
    }

    private static void concurrent(EditingTrace trace) {
        System.out.println(trace.name() + ", " + trace.agents() + " authors at once");
        List<Document> documents = TraceReplay.concurrent(trace);
        documents.forEach(document -> require(text(document), trace.endContent()));
        List<Change> changes = documents.get(0).exportChanges();
        row("edit and exchange, each author a document", trace.editCount(), () -> null, nothing -> {
            return TraceReplay.concurrent(trace);
        });
        row("remote, one by one", changes.size(), CrdtBench::reader, reader -> {
            changes.forEach(reader::applyChange);
            return text(reader);
        });
        row("remote, one batch", changes.size(), CrdtBench::reader, reader -> {
            reader.importChanges(changes);
            return text(reader);
        });
        Supplier<Document> full = () -> {
            Document reader = reader();
            reader.importChanges(changes);
            return reader;
        };
        row("snapshot, take first", changes.size(), full, reader -> {
            return reader.takeSnapshot(false).encode();
        });
        snapshots(documents.get(0), changes.size());
        heap("heap, text and history", full::get);
    }

    private static void growth(int size) {
        System.out.println(size + " characters");
        row("append", size, () -> null, nothing -> typed(size, i -> i));
        row("prepend", size, () -> null, nothing -> typed(size, i -> 0));
        row("insert anywhere", size, () -> new Random(1), random -> typed(size, i -> random.nextInt(i + 1)));
        List<Change> atOnePoint = twoAtOnePoint(size);
        row("two peers at one point at once, imported", size, CrdtBench::reader, reader -> {
            reader.importChanges(atOnePoint);
            return text(reader);
        });
        row("the same, turn by turn", size, CrdtBench::reader, reader -> {
            reader.applyChange(atOnePoint.get(0));
            for (int i = 1; i <= size / 2; i++) {
                reader.applyChange(atOnePoint.get(i));
                reader.applyChange(atOnePoint.get(size / 2 + i));
            }
            return text(reader);
        });
    }

    /** The changes of two peers who each type half of the characters between the same two, without seeing each other. */
    private static List<Change> twoAtOnePoint(int size) {
        Document first = TraceReplay.document(1);
        FugueTextHandler firstText = new FugueTextHandler(first, TraceReplay.HANDLER);
        firstText.insert(0, "()");
        Document second = TraceReplay.document(2);
        FugueTextHandler secondText = new FugueTextHandler(second, TraceReplay.HANDLER);
        second.importChanges(first.exportChanges());
        for (int i = 0; i < size / 2; i++) {
            firstText.insert(i + 1, "a");
            secondText.insert(i + 1, "b");
        }
        List<Change> changes = new ArrayList<>(first.exportChanges());
        changes.addAll(second.exportChanges().subList(1, second.history().size()));
        return changes;
    }

    private static void otherTypes() {
        System.out.println("other types, random edits");
        for (HandlerWorkload workload : HandlerWorkload.all()) {
            List<Change> changes = workload.run(OTHER_TYPE_EDITS).exportChanges();
            row(workload.name() + ", local", OTHER_TYPE_EDITS, () -> workload, w -> w.run(OTHER_TYPE_EDITS));
            row(workload.name() + ", remote, one by one", OTHER_TYPE_EDITS, workload::reader, reader -> {
                reader.value();
                changes.forEach(reader.document()::applyChange);
                return reader.value();
            });
        }
    }

    private static Document typed(int size, Function<Integer, Integer> position) {
        Document document = TraceReplay.document(1);
        FugueTextHandler text = new FugueTextHandler(document, TraceReplay.HANDLER);
        for (int i = 0; i < size; i++) {
            text.insert(position.apply(i), "x");
        }
        return document;
    }

    private static Document reader() {
        Document document = TraceReplay.document(99);
        new FugueTextHandler(document, TraceReplay.HANDLER).value();
        return document;
    }

    private static String text(Document document) {
        return ((FugueTextHandler) document.handlers().get(TraceReplay.HANDLER)).value();
    }

    private static void require(String actual, String expected) {
        if (!actual.equals(expected)) {
            throw new AssertionError("A trace ended in another text than recorded");
        }
    }

    private static <T> void row(String what, int edits, Supplier<T> setup, Function<T, Object> work) {
        long first = 0;
        long best = Long.MAX_VALUE;
        long bestCpu = Long.MAX_VALUE;
        long spent = 0;
        for (int round = 0; round < ROUNDS_MAX && spent < ROW_NANOS_MAX; round++) {
            T input = setup.get();
            long cpuStart = THREADS.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            if (work.apply(input) == null) {
                throw new AssertionError(what);
            }
            long nanos = System.nanoTime() - start;
            best = Math.min(best, nanos);
            long cpu = THREADS.getCurrentThreadCpuTime() - cpuStart;
            bestCpu = Math.min(bestCpu, cpu);
            first = round == 0 ? nanos : first;
            spent += cpu;
        }
        System.out.printf(
                "  %-44s %9d %10.1f %10.1f %10.1f %10.3f%n",
                what, edits, first / 1e6, best / 1e6, bestCpu / 1e6, bestCpu / 1e3 / edits);
    }

    private static void heap(String what, Supplier<Object> work) {
        long before = usedAfterCollection();
        Object kept = work.get();
        long retained = usedAfterCollection() - before;
        java.lang.ref.Reference.reachabilityFence(kept);
        size(what, retained);
    }

    private static void size(String what, long bytes) {
        System.out.printf("  %-44s %31.1f KiB%n", what, bytes / 1024.0);
    }

    static long usedAfterCollection() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
