package dev.weft.crdt.sequence;

import java.util.Arrays;

/**
 * Spans ordered by their first counter, in sorted blocks: a search halves twice, an insert moves at most one block.
 * Most inserts are at the end, where nothing moves.
 */
final class SpanIndex {
    private static final int BLOCK_MAX = 512;

    private static final class Block {
        int size;
        int[] starts;
        Span[] spans;

        Block(int capacity) {
            starts = new int[capacity];
            spans = new Span[capacity];
        }

        void insert(int at, Span span) {
            if (size == starts.length) {
                int capacity = Math.min(BLOCK_MAX, size * 2);
                starts = Arrays.copyOf(starts, capacity);
                spans = Arrays.copyOf(spans, capacity);
            }
            System.arraycopy(starts, at, starts, at + 1, size - at);
            System.arraycopy(spans, at, spans, at + 1, size - at);
            starts[at] = span.counter;
            spans[at] = span;
            size++;
        }

        void remove(int at) {
            size--;
            System.arraycopy(starts, at + 1, starts, at, size - at);
            System.arraycopy(spans, at + 1, spans, at, size - at);
            spans[size] = null;
        }

        Block splitOff(int at) {
            Block tail = new Block(BLOCK_MAX);
            tail.size = size - at;
            System.arraycopy(starts, at, tail.starts, 0, tail.size);
            System.arraycopy(spans, at, tail.spans, 0, tail.size);
            Arrays.fill(spans, at, size, null);
            size = at;
            return tail;
        }

        /** Where the last start that is not above {@code counter} stands, or -1. */
        int floor(int counter) {
            return floorIn(starts, size, counter);
        }
    }

    private Block[] blocks = {new Block(2)};
    private int[] firsts = {Integer.MIN_VALUE};
    private int count = 1;

    /** The span with the greatest start that is not above {@code counter}, or null. */
    Span floor(int counter) {
        int b = blockOf(counter);
        Block block = blocks[b];
        int at = block.floor(counter);
        if (at >= 0) {
            return block.spans[at];
        }
        return b == 0 ? null : lastOf(b - 1);
    }

    /** The span with the smallest start above {@code counter}, or null. */
    Span higher(int counter) {
        int b = blockOf(counter);
        Block block = blocks[b];
        int at = block.floor(counter) + 1;
        if (at < block.size) {
            return block.spans[at];
        }
        return b + 1 < count ? blocks[b + 1].spans[0] : null;
    }

    Span first() {
        return blocks[0].size == 0 ? null : blocks[0].spans[0];
    }

    Span last() {
        return blocks[count - 1].size == 0 ? null : lastOf(count - 1);
    }

    void add(Span span) {
        int b = blockOf(span.counter);
        Block block = blocks[b];
        if (block.size == BLOCK_MAX) {
            // An append starts an empty block rather than halving a full one, which would stay half empty for ever.
            boolean append = b == count - 1 && span.counter > block.starts[BLOCK_MAX - 1];
            Block tail = block.splitOff(append ? BLOCK_MAX - 1 : BLOCK_MAX / 2);
            insertBlock(b + 1, tail);
            if (span.counter >= tail.starts[0]) {
                block = tail;
            }
        }
        block.insert(block.floor(span.counter) + 1, span);
    }

    void remove(Span span) {
        int b = blockOf(span.counter);
        Block block = blocks[b];
        block.remove(block.floor(span.counter));
        if (block.size == 0 && count > 1) {
            removeBlock(b);
        }
    }

    /** Follows a span whose first counter is about to move without passing a neighbour's. */
    void rekey(Span span, int counter) {
        int b = blockOf(span.counter);
        Block block = blocks[b];
        int at = block.floor(span.counter);
        block.starts[at] = counter;
        if (at == 0 && b > 0) {
            firsts[b] = counter;
        }
    }

    private Span lastOf(int b) {
        return blocks[b].spans[blocks[b].size - 1];
    }

    private int blockOf(int counter) {
        return count == 1 ? 0 : floorIn(firsts, count, counter);
    }

    private void insertBlock(int at, Block block) {
        if (count == blocks.length) {
            blocks = Arrays.copyOf(blocks, count * 2);
            firsts = Arrays.copyOf(firsts, count * 2);
        }
        System.arraycopy(blocks, at, blocks, at + 1, count - at);
        System.arraycopy(firsts, at, firsts, at + 1, count - at);
        blocks[at] = block;
        firsts[at] = block.starts[0];
        count++;
    }

    private void removeBlock(int at) {
        count--;
        System.arraycopy(blocks, at + 1, blocks, at, count - at);
        System.arraycopy(firsts, at + 1, firsts, at, count - at);
        blocks[count] = null;
        // The first block answers for every counter below its first span.
        firsts[0] = Integer.MIN_VALUE;
    }

    private static int floorIn(int[] sorted, int size, int wanted) {
        if (size > 0 && sorted[size - 1] <= wanted) {
            return size - 1;
        }
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (sorted[middle] <= wanted) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }
}
