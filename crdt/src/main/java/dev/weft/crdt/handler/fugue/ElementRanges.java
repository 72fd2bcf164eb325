package dev.weft.crdt.handler.fugue;

import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.sequence.ElementId;
import dev.weft.crdt.sequence.ElementRange;
import dev.weft.crdt.sequence.FugueTree;
import java.util.ArrayList;
import java.util.List;

/** Collects element ids into ranges. One use each. */
final class ElementRanges implements FugueTree.RangeVisitor {
    private final List<ElementRange> ranges = new ArrayList<>(1);
    private PeerId peer;
    private long first;
    private int count;

    void add(ElementId id) {
        visit(id.peer(), id.counter(), 1);
    }

    @Override
    public void visit(PeerId rangePeer, long rangeFirst, int rangeCount) {
        if (count > 0 && first + count == rangeFirst && peer.equals(rangePeer)) {
            count += rangeCount;
            return;
        }
        finish();
        peer = rangePeer;
        first = rangeFirst;
        count = rangeCount;
    }

    List<ElementRange> toList() {
        finish();
        return ranges;
    }

    private void finish() {
        if (count > 0) {
            ranges.add(new ElementRange(peer, first, count));
            count = 0;
        }
    }

    static int count(List<ElementRange> ranges) {
        int count = 0;
        for (ElementRange range : ranges) {
            count += range.count();
        }
        return count;
    }

    /** Writes each id on its own: the wire knows no ranges. */
    static void write(ByteWriter out, List<ElementRange> ranges) {
        for (ElementRange range : ranges) {
            for (int i = 0; i < range.count(); i++) {
                ElementId.write(out, range.peer(), range.first() + i);
            }
        }
    }
}
