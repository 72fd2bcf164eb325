package dev.weft.crdt.sequence;

import dev.weft.crdt.id.PeerId;

/** A Fugue tree whose elements are UTF-16 units. */
public final class FugueText extends FugueTree<String> {
    public FugueText() {
        super(ValueBuffer.Units::new);
    }

    /** The live units in order. O(length). */
    public String text() {
        StringBuilder text = new StringBuilder(size());
        for (PositionIndex.Leaf<String> leaf = order.firstLeaf(); leaf != null; leaf = leaf.next) {
            text.append(units(leaf), 0, leaf.values.size);
        }
        return text.toString();
    }

    /** Visits the live elements in order. */
    public void forEachStretch(StretchVisitor visitor) {
        for (PositionIndex.Leaf<String> leaf = order.firstLeaf(); leaf != null; leaf = leaf.next) {
            int from = 0;
            for (int slot = 0; slot < leaf.count; slot++) {
                int length = leaf.live[slot];
                if (length > 0) {
                    Span span = leaf.spans[slot];
                    Author author = span.run.author;
                    visitor.visit(author.peer, author.counter(span.counter), length, units(leaf), from);
                    from += length;
                }
            }
        }
    }

    /** Receives live elements of consecutive ids whose units lie side by side. */
    @FunctionalInterface
    public interface StretchVisitor {
        /** @param units holds the units from {@code from} on; must not be kept or changed */
        void visit(PeerId peer, long first, int count, char[] units, int from);
    }

    private static char[] units(PositionIndex.Leaf<String> leaf) {
        return ((ValueBuffer.Units) leaf.values).units;
    }
}
