package dev.weft.crdt.change;

import dev.weft.crdt.history.HistoryBlock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The oldest changes of a log, in the blocks they were stored in. What a block says of its changes is at hand; the changes
 * themselves are unpacked when somebody asks, and the blocks asked for last stay unpacked. Not thread-safe.
 */
final class SealedChanges {
    /** Reading goes from block to block, or from author to author; either way few are wanted at a time. */
    static final int UNPACKED_MAX = 2;

    private final List<Segment> segments = new ArrayList<>();
    private final Deque<Unpacked> unpacked = new ArrayDeque<>();
    private Segment recent;
    private int size;
    private long retainedBytes;

    /** A block and where in the log it begins. @param peers @param handlers by the block's numbers, those of the tables */
    record Segment(int first, HistoryBlock block, int[] peers, int[] handlers) {
        int end() {
            return first + block.size();
        }

        int peerOf(int ordinal) {
            return peers[block.authorAt(ordinal - first)];
        }

        int handlerOf(int ordinal) {
            return handlers[block.handlerAt(ordinal - first)];
        }

        long clockAt(int ordinal) {
            return block.clockAt(ordinal - first);
        }
    }

    private record Unpacked(Segment segment, List<byte[]> changes) {}

    int size() {
        return size;
    }

    Segment add(HistoryBlock block, int[] peers, int[] handlers) {
        Segment segment = new Segment(size, block, peers, handlers);
        segments.add(segment);
        size = segment.end();
        retainedBytes += block.retainedBytes();
        return segment;
    }

    Segment segmentOf(int ordinal) {
        Segment last = recent;
        if (last != null && ordinal >= last.first && ordinal < last.end()) {
            return last;
        }
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            if (segments.get(middle).first <= ordinal) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        recent = segments.get(low);
        return recent;
    }

    /** The change as it came in. */
    byte[] bytesOf(int ordinal) {
        Segment segment = segmentOf(ordinal);
        for (Unpacked known : unpacked) {
            if (known.segment == segment) {
                return known.changes.get(ordinal - segment.first);
            }
        }
        if (unpacked.size() == UNPACKED_MAX) {
            unpacked.removeLast();
        }
        Unpacked opened = new Unpacked(segment, segment.block.blobs());
        unpacked.addFirst(opened);
        return opened.changes.get(ordinal - segment.first);
    }

    /** Without the blocks that happen to be unpacked: what is kept must not depend on what was read. */
    long retainedBytes() {
        return retainedBytes;
    }
}
