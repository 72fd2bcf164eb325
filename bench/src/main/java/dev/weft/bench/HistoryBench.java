package dev.weft.bench;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.history.HistoryBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;

/** What compact history takes and costs, for whole recorded sessions with one change for each edit. */
public final class HistoryBench {
    private static final int ROUNDS = 8;

    private HistoryBench() {}

    /** @param arguments names of traces; none means automerge-paper and friendsforever */
    public static void main(String[] arguments) {
        List<String> names = arguments.length == 0 ? List.of("automerge-paper", "friendsforever") : List.of(arguments);
        for (String name : names) {
            EditingTrace trace = EditingTrace.load(name);
            Document document =
                    trace.agents() > 1 ? TraceReplay.concurrent(trace).get(0) : TraceReplay.typed(trace);
            measure(name, document);
        }
    }

    private static void measure(String name, Document document) {
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
