package dev.weft.crdt.sequence;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The spans of a sequence in order, in a B+ tree that counts elements and live elements below every branch. Finds a
 * live position, the position of a span, the next span with elements and the order of two spans in O(log n); the values
 * of the live elements lie packed in the leaves.
 */
final class PositionIndex<C> {
    private static final int SPANS_MAX = 64;
    private static final int VALUES_MAX = 1024;
    private static final int FANOUT = 32;

    /** A span holds at most this many values, so that a leaf can always be split between two spans. */
    static final int SPAN_VALUES_MAX = VALUES_MAX / 2;

    abstract static class Node {
        Inner parent;
    }

    static final class Inner extends Node {
        int count;
        final Node[] children = new Node[FANOUT];
        final int[] live = new int[FANOUT];
        final int[] total = new int[FANOUT];

        int slotOf(Node child) {
            int slot = 0;
            while (children[slot] != child) {
                slot++;
            }
            return slot;
        }

        void insert(int at, Node child, int childLive, int childTotal) {
            System.arraycopy(children, at, children, at + 1, count - at);
            System.arraycopy(live, at, live, at + 1, count - at);
            System.arraycopy(total, at, total, at + 1, count - at);
            children[at] = child;
            live[at] = childLive;
            total[at] = childTotal;
            child.parent = this;
            count++;
        }

        Inner splitOff(int at) {
            Inner tail = new Inner();
            for (int i = at; i < count; i++) {
                tail.insert(i - at, children[i], live[i], total[i]);
            }
            Arrays.fill(children, at, count, null);
            count = at;
            return tail;
        }
    }

    static final class Leaf<C> extends Node {
        int count;
        Span[] spans = new Span[8];
        /** The live length of each span, here so that looking for a position touches one array. */
        int[] live = new int[8];

        final ValueBuffer<C> values;
        Leaf<C> next;

        Leaf(ValueBuffer<C> values) {
            this.values = values;
        }

        int slotOf(Span span) {
            int slot = 0;
            while (spans[slot] != span) {
                slot++;
            }
            return slot;
        }

        /** How many live elements stand in this leaf before the slot. */
        int liveBefore(int slot) {
            if (slot == count) {
                return values.size;
            }
            int sum = 0;
            for (int i = 0; i < slot; i++) {
                sum += live[i];
            }
            return sum;
        }

        int total() {
            int sum = 0;
            for (int i = 0; i < count; i++) {
                sum += spans[i].length();
            }
            return sum;
        }

        void insert(int at, Span span) {
            if (count == spans.length) {
                int capacity = Math.min(SPANS_MAX + 1, count * 2);
                spans = Arrays.copyOf(spans, capacity);
                live = Arrays.copyOf(live, capacity);
            }
            System.arraycopy(spans, at, spans, at + 1, count - at);
            System.arraycopy(live, at, live, at + 1, count - at);
            spans[at] = span;
            live[at] = span.liveLength();
            span.leaf = this;
            count++;
        }

        void remove(int at) {
            count--;
            System.arraycopy(spans, at + 1, spans, at, count - at);
            System.arraycopy(live, at + 1, live, at, count - at);
            spans[count] = null;
        }

        Leaf<C> splitOff(int at) {
            Leaf<C> tail = new Leaf<>(values.splitOff(liveBefore(at)));
            int capacity = Math.min(SPANS_MAX + 1, (count - at) * 2);
            tail.spans = new Span[capacity];
            tail.live = new int[capacity];
            for (int i = at; i < count; i++) {
                tail.insert(i - at, spans[i]);
            }
            Arrays.fill(spans, at, count, null);
            count = at;
            tail.next = next;
            next = tail;
            return tail;
        }
    }

    private final Leaf<C> firstLeaf;
    private Node root;
    private int live;
    private int total;

    /*
     * The leaf that was asked for last and how many live elements stand before it. Editing moves in small steps, so most
     * questions are about the same leaf and need no descent. Forgotten when an edit may have moved it.
     */
    private Leaf<C> recentLeaf;
    private int recentStart;

    /** Where the last {@link #spanAt} found its position inside the span. */
    private int foundOffset;

    PositionIndex(Span first, Supplier<? extends ValueBuffer<C>> values) {
        firstLeaf = new Leaf<>(values.get());
        firstLeaf.insert(0, first);
        root = firstLeaf;
    }

    int live() {
        return live;
    }

    int total() {
        return total;
    }

    Leaf<C> firstLeaf() {
        return firstLeaf;
    }

    /** The span of the live element at {@code index}, which must exist; {@link #foundOffset} says where in it. */
    Span spanAt(int index) {
        Leaf<C> leaf = leafAt(index);
        int rest = index - recentStart;
        int slot = 0;
        int[] lengths = leaf.live;
        while (rest >= lengths[slot]) {
            rest -= lengths[slot++];
        }
        foundOffset = rest;
        return leaf.spans[slot];
    }

    int foundOffset() {
        return foundOffset;
    }

    /** The leaf of the live element at {@code index}; {@link #leafStart} says how many stand before the leaf. */
    Leaf<C> leafAt(int index) {
        Leaf<C> recent = recentLeaf;
        if (recent != null && index >= recentStart) {
            int end = recentStart + recent.values.size;
            if (index < end) {
                return recent;
            }
            if (recent.next != null && index < end + recent.next.values.size) {
                recentLeaf = recent.next;
                recentStart = end;
                return recentLeaf;
            }
        }
        return descendTo(index);
    }

    int leafStart() {
        return recentStart;
    }

    private Leaf<C> descendTo(int index) {
        int rest = index;
        Node node = root;
        while (node instanceof Inner inner) {
            int slot = 0;
            while (rest >= inner.live[slot]) {
                rest -= inner.live[slot++];
            }
            node = inner.children[slot];
        }
        recentLeaf = leaf(node);
        recentStart = index - rest;
        return recentLeaf;
    }

    /** How many live elements stand before the span. */
    int indexOf(Span span) {
        Leaf<C> leaf = leaf(span.leaf);
        int before = leaf.liveBefore(leaf.slotOf(span));
        if (leaf == recentLeaf) {
            return recentStart + before;
        }
        int start = 0;
        for (Node node = leaf; node.parent != null; node = node.parent) {
            int slot = node.parent.slotOf(node);
            for (int i = 0; i < slot; i++) {
                start += node.parent.live[i];
            }
        }
        recentLeaf = leaf;
        recentStart = start;
        return start + before;
    }

    /** The next span behind this one that has elements, live or not; null at the end. */
    Span nextWithElements(Span span) {
        Leaf<C> leaf = leaf(span.leaf);
        Span found = firstWithElements(leaf, leaf.slotOf(span) + 1);
        if (found != null) {
            return found;
        }
        // Subtree markers can stand together by the million, so whole branches without elements are passed over.
        Node node = leaf;
        for (Inner parent = node.parent; parent != null; parent = node.parent) {
            for (int slot = parent.slotOf(node) + 1; slot < parent.count; slot++) {
                if (parent.total[slot] > 0) {
                    return firstBelow(parent.children[slot]);
                }
            }
            node = parent;
        }
        return null;
    }

    /** The first span that has elements; null if there are none. */
    Span firstWithElements() {
        return total == 0 ? null : firstBelow(root);
    }

    private Span firstBelow(Node top) {
        Node node = top;
        while (node instanceof Inner inner) {
            int slot = 0;
            while (inner.total[slot] == 0) {
                slot++;
            }
            node = inner.children[slot];
        }
        return firstWithElements(leaf(node), 0);
    }

    private static <C> Span firstWithElements(Leaf<C> leaf, int from) {
        for (int slot = from; slot < leaf.count; slot++) {
            if (!leaf.spans[slot].isMarker()) {
                return leaf.spans[slot];
            }
        }
        return null;
    }

    /** Which of two spans stands first. */
    int compare(Span a, Span b) {
        if (a == b) {
            return 0;
        }
        if (a.leaf == b.leaf) {
            return Integer.compare(a.leaf.slotOf(a), a.leaf.slotOf(b));
        }
        Node x = a.leaf;
        Node y = b.leaf;
        while (x.parent != y.parent) {
            x = x.parent;
            y = y.parent;
        }
        return Integer.compare(x.parent.slotOf(x), x.parent.slotOf(y));
    }

    /** The span right behind this one, if both are in one leaf. Only such neighbours are ever joined. */
    Span neighbourAfter(Span span) {
        int slot = span.leaf.slotOf(span) + 1;
        return slot < span.leaf.count ? span.leaf.spans[slot] : null;
    }

    Span neighbourBefore(Span span) {
        int slot = span.leaf.slotOf(span) - 1;
        return slot >= 0 ? span.leaf.spans[slot] : null;
    }

    void insertBefore(Span anchor, Span fresh, C source, int from) {
        Leaf<C> leaf = leaf(anchor.leaf);
        insert(leaf, leaf.slotOf(anchor), fresh, source, from);
    }

    /** @param source the values of a live span, from {@code from} on; unused for a marker */
    void insertAfter(Span anchor, Span fresh, C source, int from) {
        Leaf<C> leaf = leaf(anchor.leaf);
        insert(leaf, leaf.slotOf(anchor) + 1, fresh, source, from);
    }

    private void insert(Leaf<C> leaf, int slot, Span fresh, C source, int from) {
        int length = fresh.length();
        if (length > 0) {
            leaf.values.insert(leaf.liveBefore(slot), source, from, length);
            count(leaf, length, length);
        }
        leaf.insert(slot, fresh);
        splitIfFull(leaf, slot);
    }

    /** Adds live elements at the end of a live span; their values follow its own. */
    void append(Span span, C source, int from, int length) {
        Leaf<C> leaf = leaf(span.leaf);
        int slot = leaf.slotOf(span);
        leaf.values.insert(leaf.liveBefore(slot) + leaf.live[slot], source, from, length);
        span.lengthen(length);
        leaf.live[slot] += length;
        count(leaf, length, length);
        splitIfFull(leaf, slot);
    }

    /** Cuts a span in two; values and counts stay where they are. */
    Span cut(Span span, int offset) {
        Leaf<C> leaf = leaf(span.leaf);
        int slot = leaf.slotOf(span);
        Span tail = span.cutTail(offset);
        leaf.live[slot] = span.liveLength();
        leaf.insert(slot + 1, tail);
        splitIfFull(leaf, slot + 1);
        return tail;
    }

    /** Turns all elements of a live span into tombstones. */
    void bury(Span span) {
        Leaf<C> leaf = leaf(span.leaf);
        int slot = leaf.slotOf(span);
        int length = span.length();
        leaf.values.remove(leaf.liveBefore(slot), length);
        span.bury();
        leaf.live[slot] = 0;
        count(leaf, -length, 0);
    }

    /** Turns the first elements of a live span, not all, into tombstones of the buried span right before it. */
    void buryHead(Span grave, Span span, int length) {
        Leaf<C> leaf = leaf(span.leaf);
        int slot = leaf.slotOf(span);
        leaf.values.remove(leaf.liveBefore(slot), length);
        grave.lengthen(length);
        span.moveStart(length);
        leaf.live[slot] -= length;
        count(leaf, -length, 0);
    }

    /** Turns the last elements of a live span, not all, into tombstones of the buried span right behind it. */
    void buryTail(Span span, Span grave, int length) {
        Leaf<C> leaf = leaf(span.leaf);
        int slot = leaf.slotOf(span);
        leaf.values.remove(leaf.liveBefore(slot) + leaf.live[slot] - length, length);
        span.lengthen(-length);
        grave.moveStart(-length);
        leaf.live[slot] -= length;
        count(leaf, -length, 0);
    }

    /** Makes {@code span} hold the elements of its right neighbour too, which leaves the index. */
    void join(Span span, Span neighbour) {
        Leaf<C> leaf = leaf(span.leaf);
        int slot = leaf.slotOf(span);
        span.lengthen(neighbour.length());
        leaf.live[slot] = span.liveLength();
        neighbour.clear();
        leaf.remove(slot + 1);
    }

    private void splitIfFull(Leaf<C> leaf, int touchedSlot) {
        if (leaf.count > SPANS_MAX) {
            // Appending keeps full leaves full; anything else leaves room on both sides.
            boolean append = leaf.next == null && touchedSlot == leaf.count - 1;
            split(leaf, append ? leaf.count - 1 : leaf.count / 2);
        } else if (leaf.values.size > VALUES_MAX) {
            split(leaf, cutByValues(leaf));
        }
    }

    private static int cutByValues(Leaf<?> leaf) {
        int half = leaf.values.size / 2;
        int sum = leaf.live[0];
        int slot = 1;
        while (slot < leaf.count - 1 && sum + leaf.live[slot] / 2 < half) {
            sum += leaf.live[slot++];
        }
        return slot;
    }

    private void split(Leaf<C> leaf, int at) {
        Leaf<C> tail = leaf.splitOff(at);
        Node left = leaf;
        Node right = tail;
        int rightLive = tail.values.size;
        int rightTotal = tail.total();
        while (true) {
            Inner parent = left.parent;
            if (parent == null) {
                parent = new Inner();
                parent.insert(0, left, live, total);
                root = parent;
            }
            int slot = parent.slotOf(left);
            parent.live[slot] -= rightLive;
            parent.total[slot] -= rightTotal;
            if (parent.count < FANOUT) {
                parent.insert(slot + 1, right, rightLive, rightTotal);
                return;
            }
            boolean append = slot == FANOUT - 1;
            Inner upper = parent.splitOff(append ? FANOUT - 1 : FANOUT / 2);
            if (slot < parent.count) {
                parent.insert(slot + 1, right, rightLive, rightTotal);
            } else {
                upper.insert(slot + 1 - parent.count, right, rightLive, rightTotal);
            }
            left = parent;
            right = upper;
            rightLive = sum(upper.live, upper.count);
            rightTotal = sum(upper.total, upper.count);
        }
    }

    private static int sum(int[] counts, int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += counts[i];
        }
        return sum;
    }

    private void count(Leaf<C> leaf, int liveMore, int totalMore) {
        if (leaf != recentLeaf) {
            recentLeaf = null;
        }
        live += liveMore;
        total += totalMore;
        Node node = leaf;
        for (Inner parent = node.parent; parent != null; parent = node.parent) {
            int slot = parent.slotOf(node);
            parent.live[slot] += liveMore;
            parent.total[slot] += totalMore;
            node = parent;
        }
    }

    @SuppressWarnings("unchecked")
    private static <C> Leaf<C> leaf(Node node) {
        return (Leaf<C>) node;
    }
}
