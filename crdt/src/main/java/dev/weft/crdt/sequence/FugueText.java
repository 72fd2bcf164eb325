package dev.weft.crdt.sequence;

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
    public void forEachStretch(StretchVisitor<char[]> visitor) {
        forEachStretch(FugueText::units, visitor);
    }

    private static char[] units(PositionIndex.Leaf<String> leaf) {
        return ((ValueBuffer.Units) leaf.values).units;
    }
}
