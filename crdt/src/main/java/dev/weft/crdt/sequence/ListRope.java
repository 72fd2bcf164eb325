package dev.weft.crdt.sequence;

import java.util.AbstractList;
import java.util.Collection;
import java.util.RandomAccess;

/** A list that inserts and deletes anywhere in O(log n). Not thread-safe. */
public final class ListRope<V> extends AbstractList<V> implements RandomAccess {
    private final Blocks<Object[]> blocks = new Blocks<>(ValueBuffer.Objects::new);

    @Override
    public int size() {
        return blocks.size();
    }

    @Override
    public V get(int index) {
        Object[] values = values(blocks.blockAt(index));
        return value(values[blocks.foundOffset()]);
    }

    @Override
    public V set(int index, V value) {
        Object[] values = values(blocks.blockAt(index));
        V before = value(values[blocks.foundOffset()]);
        values[blocks.foundOffset()] = value;
        return before;
    }

    @Override
    public void add(int index, V value) {
        modCount++;
        blocks.insert(index, new Object[] {value}, 0, 1);
    }

    @Override
    public boolean addAll(int index, Collection<? extends V> values) {
        modCount++;
        blocks.insert(index, values.toArray(), 0, values.size());
        return !values.isEmpty();
    }

    @Override
    public V remove(int index) {
        modCount++;
        V removed = get(index);
        blocks.remove(index, 1);
        return removed;
    }

    @Override
    public void removeRange(int from, int to) {
        modCount++;
        blocks.remove(from, to - from);
    }

    @Override
    public Object[] toArray() {
        Object[] all = new Object[size()];
        int[] done = {0};
        blocks.forEach(0, all.length, (block, from, count) -> {
            System.arraycopy(values(block), from, all, done[0], count);
            done[0] += count;
        });
        return all;
    }

    private static Object[] values(ValueBuffer<Object[]> block) {
        return ((ValueBuffer.Objects) block).values;
    }

    @SuppressWarnings("unchecked")
    private V value(Object stored) {
        return (V) stored;
    }
}
