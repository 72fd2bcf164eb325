package dev.weft.crdt.sequence;

import dev.weft.crdt.id.PeerId;
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
    public void forEachStretch(StretchVisitor visitor) {
        for (PositionIndex.Leaf<Object[]> leaf = order.firstLeaf(); leaf != null; leaf = leaf.next) {
            int from = 0;
            for (int slot = 0; slot < leaf.count; slot++) {
                int length = leaf.live[slot];
                if (length > 0) {
                    Span span = leaf.spans[slot];
                    Author author = span.run.author;
                    visitor.visit(author.peer, author.counter(span.counter), length, values(leaf), from);
                    from += length;
                }
            }
        }
    }

    /** Receives live elements of consecutive ids whose values lie side by side. */
    @FunctionalInterface
    public interface StretchVisitor {
        /** @param values holds the values from {@code from} on; must not be kept or changed */
        void visit(PeerId peer, long first, int count, Object[] values, int from);
    }

    private static Object[] values(PositionIndex.Leaf<Object[]> leaf) {
        return ((ValueBuffer.Objects) leaf.values).values;
    }

    @SuppressWarnings("unchecked")
    private V value(Object stored) {
        return (V) stored;
    }
}
