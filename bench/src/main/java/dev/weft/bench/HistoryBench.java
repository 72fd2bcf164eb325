package dev.weft.bench;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.history.HistoryBlock;
import dev.weft.server.document.AwareDocumentLoader;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.event.EventStream;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.StoredDocument;
import dev.weft.server.storage.StoredRun;
import dev.weft.server.storage.embedded.EmbeddedDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedStoreOptions;
import io.vertx.core.Future;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;

/** What compact history takes and costs, for whole recorded sessions with one change for each edit. */
public final class HistoryBench {
    private static final int ROUNDS = 8;
    /** An owner leaves 1024 to 5120 entries unpacked. */
    private static final int ENTRIES_KEPT = 3072;

    private static final DocumentKey DOC = DocumentKey.aware("history");

    private HistoryBench() {}

    /** @param arguments names of traces; none means automerge-paper and friendsforever */
    public static void main(String[] arguments) throws Exception {
        List<String> names = arguments.length == 0 ? List.of("automerge-paper", "friendsforever") : List.of(arguments);
        for (String name : names) {
            EditingTrace trace = EditingTrace.load(name);
            Document document =
                    trace.agents() > 1 ? TraceReplay.concurrent(trace).get(0) : TraceReplay.typed(trace);
            measure(name, document);
        }
    }

    private static void measure(String name, Document document) throws Exception {
        List<byte[]> blobs =
                document.exportChanges().stream().map(Change::encoded).toList();
        int changes = blobs.size();
        System.out.printf("%s, %d changes%n", name, changes);
        size("on the wire", blobs.stream().mapToLong(blob -> blob.length).sum(), changes);
        size("on the wire, deflated in runs of the same length", deflated(blobs), changes);
        List<byte[]> blocks = pack(blobs);
        size("in blocks", blocks.stream().mapToLong(block -> block.length).sum(), changes);
        long best = Long.MAX_VALUE;
        long bestOpen = Long.MAX_VALUE;
        long bestUnpack = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            pack(blobs);
            long packed = System.nanoTime();
            List<HistoryBlock> opened = blocks.stream().map(HistoryBlock::open).toList();
            long open = System.nanoTime();
            int unpacked =
                    opened.stream().mapToInt(block -> block.blobs().size()).sum();
            long end = System.nanoTime();
            if (unpacked != changes) {
                throw new AssertionError("Changes got lost");
            }
            best = Math.min(best, packed - start);
            bestOpen = Math.min(bestOpen, open - packed);
            bestUnpack = Math.min(bestUnpack, end - open);
        }
        System.out.printf(
                "  pack %.0f ms, open %.1f ms, unpack all %.0f ms, %d blocks%n",
                best / 1e6, bestOpen / 1e6, bestUnpack / 1e6, blocks.size());
        loaded(blobs);
    }

    /** A node's way to a document: from the embedded store on this disk to a hosted document that answers. */
    private static void loaded(List<byte[]> blobs) throws Exception {
        Path folder = Files.createTempDirectory("weft-history-bench");
        EmbeddedDocumentStore store = new EmbeddedDocumentStore(EmbeddedStoreOptions.in(folder));
        await(store.open());
        long epoch = await(store.claim(DOC, true));
        for (int from = 0; from < blobs.size(); from += 1000) {
            List<byte[]> some = blobs.subList(from, Math.min(blobs.size(), from + 1000));
            await(store.append(DOC, epoch, from + 1, some));
        }
        load("from single entries", store, epoch);
        long position = 1;
        long packedBytes = 0;
        // As their owner leaves them: the newest stay as they are.
        int packed = Math.max(0, blobs.size() - ENTRIES_KEPT);
        for (byte[] block : pack(blobs.subList(0, packed))) {
            int count = HistoryBlock.open(block).size();
            await(store.pack(DOC, epoch, new PackedEntries(position, count, block)));
            position += count;
            packedBytes += block.length;
        }
        load("from blocks", store, epoch);
        for (byte[] blob : blobs.subList(packed, blobs.size())) {
            packedBytes += blob.length;
        }
        size("stored, with " + ENTRIES_KEPT + " entries not packed yet", packedBytes, blobs.size());
        await(store.close());
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        }
    }

    private static void load(String how, DocumentStore store, long epoch) {
        long first = 0;
        long best = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            hosted(store, epoch);
            long nanos = System.nanoTime() - start;
            first = round == 0 ? nanos : first;
            best = Math.min(best, nanos);
        }
        long before = CrdtBench.usedAfterCollection();
        Hosted kept = hosted(store, epoch);
        long retained = CrdtBench.usedAfterCollection() - before;
        Reference.reachabilityFence(kept);
        System.out.printf(
                "  load %s until it can answer: first %.0f ms, best %.0f ms, %.1f MiB of heap%n",
                how, first / 1e6, best / 1e6, retained / 1048576.0);
    }

    private static Hosted hosted(DocumentStore store, long epoch) {
        StoredDocument stored = await(store.load(DOC, epoch));
        List<StoredRun> runs = new ArrayList<>();
        await(store.readAllRuns(DOC, epoch, stored.info().snapshotPosition(), runs::addAll));
        PluginChain plugins = new PluginChain(List.of(), System::nanoTime, new EventStream("bench", () -> 0));
        return new AwareDocumentLoader(HostLimits.DEFAULT, WallClock.SYSTEM, plugins, () -> "")
                .open(DOC, stored.snapshot(), runs)
                .host(epoch, stored.info().lastPosition());
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    static List<byte[]> pack(List<byte[]> blobs) {
        List<byte[]> blocks = new ArrayList<>();
        for (int from = 0; from < blobs.size(); ) {
            int count =
                    HistoryBlock.fitting(blobs.subList(from, Math.min(blobs.size(), from + HistoryBlock.COUNT_MAX)));
            blocks.add(HistoryBlock.encode(blobs.subList(from, from + count)));
            from += count;
        }
        return blocks;
    }

    private static long deflated(List<byte[]> blobs) {
        long sum = 0;
        byte[] out = new byte[64 * 1024];
        for (int from = 0; from < blobs.size(); from += HistoryBlock.COUNT_MAX) {
            Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
            int to = Math.min(blobs.size(), from + HistoryBlock.COUNT_MAX);
            for (byte[] blob : blobs.subList(from, to)) {
                deflater.setInput(blob);
                while (!deflater.needsInput()) {
                    sum += deflater.deflate(out);
                }
            }
            deflater.finish();
            while (!deflater.finished()) {
                sum += deflater.deflate(out);
            }
            deflater.end();
        }
        return sum;
    }

    private static void size(String what, long bytes, int changes) {
        System.out.printf("  %-50s %10.1f KiB %8.2f bytes/change%n", what, bytes / 1024.0, bytes / (double) changes);
    }
}
