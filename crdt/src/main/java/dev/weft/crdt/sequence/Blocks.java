package dev.weft.crdt.sequence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Values by index, in blocks of up to a thousand, with the sums of their sizes in a Fenwick tree: finding an index and
 * changing a block take O(log n). Only every few hundred edits a block is added or taken away and the sums are computed
 * anew, which is one pass over a thousandth of the values.
 */
final class Blocks<C> {
    private static final int BLOCK_MAX = 1024;
    private static final int BLOCK_FILL = BLOCK_MAX / 2;

    private final Supplier<? extends ValueBuffer<C>> newBlock;
    private final List<ValueBuffer<C>> blocks = new ArrayList<>();
    /* Element i sums the sizes of as many blocks before block i as the lowest set bit of i says. */
    private int[] sums = new int[2];
    private int size;

    /* Where the last search ended. */
    private int foundBlock;
    private int foundOffset;

    /** Receives values that lie side by side. */
    interface Visitor<C> {
        void visit(ValueBuffer<C> block, int from, int count);
    }

    Blocks(Supplier<? extends ValueBuffer<C>> newBlock) {
        this.newBlock = newBlock;
        blocks.add(newBlock.get());
    }

    int size() {
        return size;
    }

    void insert(int at, C source, int from, int count) {
        Objects.checkIndex(at, size + 1);
        Math.addExact(size, count);
        find(Math.max(at - 1, 0));
        int offset = at == 0 ? 0 : foundOffset + 1;
        ValueBuffer<C> block = blocks.get(foundBlock);
        size += count;
        if (block.size + count <= BLOCK_MAX) {
            block.insert(offset, source, from, count);
            add(foundBlock, count);
            return;
        }
        List<ValueBuffer<C>> fresh = new ArrayList<>();
        ValueBuffer<C> tail = block.splitOff(offset);
        int done = Math.min(count, Math.max(0, BLOCK_FILL - block.size));
        block.insert(block.size, source, from, done);
        while (done < count) {
            int length = Math.min(count - done, BLOCK_FILL);
            ValueBuffer<C> next = newBlock.get();
            next.insert(0, source, from + done, length);
            fresh.add(next);
            done += length;
        }
        if (tail.size > 0) {
            fresh.add(tail);
        }
        blocks.addAll(foundBlock + 1, fresh);
        sumAnew();
    }

    void remove(int at, int count) {
        Objects.checkFromIndexSize(at, count, size);
        if (count == 0) {
            return;
        }
        find(at);
        int first = foundBlock;
        int offset = foundOffset;
        int rest = count;
        int emptied = 0;
        size -= count;
        for (int i = first; rest > 0; i++) {
            ValueBuffer<C> block = blocks.get(i);
            int removed = Math.min(rest, block.size - offset);
            block.remove(offset, removed);
            add(i, -removed);
            rest -= removed;
            offset = 0;
            emptied += block.size == 0 ? 1 : 0;
        }
        if (emptied > 0 && blocks.size() > 1) {
            blocks.removeIf(block -> block.size == 0);
            if (blocks.isEmpty()) {
                blocks.add(newBlock.get());
            }
            sumAnew();
        }
    }

    void forEach(int from, int count, Visitor<C> visitor) {
        Objects.checkFromIndexSize(from, count, size);
        if (count == 0) {
            return;
        }
        find(from);
        int offset = foundOffset;
        int rest = count;
        for (int i = foundBlock; rest > 0; i++) {
            ValueBuffer<C> block = blocks.get(i);
            int length = Math.min(rest, block.size - offset);
            visitor.visit(block, offset, length);
            rest -= length;
            offset = 0;
        }
    }

    /** The block of an index inside; {@link #foundOffset} is the place in it. */
    ValueBuffer<C> blockAt(int index) {
        find(Objects.checkIndex(index, size));
        return blocks.get(foundBlock);
    }

    int foundOffset() {
        return foundOffset;
    }

    private void find(int index) {
        int block = 0;
        int rest = index;
        for (int step = Integer.highestOneBit(blocks.size()); step > 0; step >>= 1) {
            int next = block + step;
            if (next < blocks.size() && sums[next] <= rest) {
                block = next;
                rest -= sums[next];
            }
        }
        foundBlock = block;
        foundOffset = rest;
    }

    private void add(int block, int difference) {
        for (int i = block + 1; i < sums.length; i += i & -i) {
            sums[i] += difference;
        }
    }

    private void sumAnew() {
        int length = blocks.size() + 1;
        if (sums.length < length || sums.length > 4 * length) {
            sums = new int[length + length / 2];
        }
        Arrays.fill(sums, 0);
        for (int i = 1; i < sums.length; i++) {
            sums[i] += i <= blocks.size() ? blocks.get(i - 1).size : 0;
            int above = i + (i & -i);
            if (above < sums.length) {
                sums[above] += sums[i];
            }
        }
    }
}
