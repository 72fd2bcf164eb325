package dev.weft.crdt.sequence;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A Fugue tree whose elements are values of any one type. */
public final class FugueList<V> extends FugueTree<Object[]> {
    public FugueList() {
        super(ValueBuffer.Objects::new);
    }

    /** The value of the live element at the index. O(log n). */
    public V get(int index) {
        Objects.checkIndex(index, size());
        PositionIndex.Leaf<Object[]> leaf = order.leafAt(index);
        return value(values(leaf)[index - order.leafStart()]);
    }

    /** The live values in order; a new list. O(length). */
    public List<V> toList() {
        List<V> list = new ArrayList<>(size());
        forEachStretch((peer, first, count, values, from) -> {
            for (int i = 0; i < count; i++) {
                list.add(value(values[from + i]));
            }
        });
        return list;
    }

    /** Visits the live elements in order. */
    public void forEachStretch(StretchVisitor<Object[]> visitor) {
        forEachStretch(FugueList::values, visitor);
    }

    private static Object[] values(PositionIndex.Leaf<Object[]> leaf) {
        return ((ValueBuffer.Objects) leaf.values).values;
    }

    @SuppressWarnings("unchecked")
    private V value(Object stored) {
        return (V) stored;
    }
}
