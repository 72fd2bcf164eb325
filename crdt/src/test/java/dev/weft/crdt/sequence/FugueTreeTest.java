package dev.weft.crdt.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.id.PeerId;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class FugueTreeTest {
    private static final PeerId A = FugueTreePropertyTest.peer(0x0a);
    private static final PeerId B = FugueTreePropertyTest.peer(0x0b);
    private static final PeerId C = FugueTreePropertyTest.peer(0x0c);

    private final FugueText tree = new FugueText();

    /** Types at an index as an editor does: between the element before it and whatever follows that one. */
    private static void type(FugueText tree, int index, PeerId peer, long counter, String text) {
        ElementId left = tree.idAt(index - 1);
        tree.insert(left, tree.next(left), peer, counter, text.length(), text, 0);
    }

    /** A tree as it comes out of a snapshot: a chain of what is live, without history. */
    private static FugueText seeded(FugueText full) {
        FugueText seeded = new FugueText();
        ElementId[] left = {ElementId.NULL};
        full.forEachStretch((peer, first, count, units, from) -> {
            seeded.insert(left[0], ElementId.NULL, peer, first, count, new String(units, from, count), 0);
            left[0] = new ElementId(peer, first + count - 1);
        });
        return seeded;
    }

    @Test
    void keepsConcurrentRunsWholeAndOrdersThemById() {
        type(tree, 0, A, 0, "Hello");
        ElementId o = tree.idAt(4);
        tree.insert(o, ElementId.NULL, B, 0, 5, " Dart", 0);
        tree.insert(o, ElementId.NULL, A, 5, 6, " World", 0);
        assertThat(tree.text()).isEqualTo("Hello World Dart");
    }

    @Test
    void insertsBackwards() {
        type(tree, 0, A, 0, "XYZ");
        type(tree, 2, A, 3, "A");
        assertThat(tree.text()).isEqualTo("XYAZ");
        type(tree, 2, A, 4, "B");
        type(tree, 2, A, 5, "C");
        assertThat(tree.text()).isEqualTo("XYCBAZ");
    }

    @Test
    void ordersDifferentlyWhenTheShapeWasForgotten() {
        type(tree, 0, A, 0, "b");
        type(tree, 0, A, 1, "a");
        FugueText seeded = seeded(tree);
        for (FugueText replica : List.of(tree, seeded)) {
            replica.update(new ElementId(A, 0), new ElementId(B, 0), "P", 0);
            replica.insert(new ElementId(A, 1), new ElementId(A, 0), C, 0, 1, "Q", 0);
        }
        assertThat(tree.text()).isEqualTo("aQP");
        assertThat(seeded.text()).isEqualTo("aPQ");
    }

    @Test
    void placesAnInsertWhoseRightNeighbourWasPrunedBehindSmallerSiblings() {
        type(tree, 0, A, 0, "abcd");
        tree.delete(new ElementId(A, 1));
        FugueText seeded = seeded(tree);
        for (FugueText replica : List.of(tree, seeded)) {
            replica.insert(new ElementId(A, 0), new ElementId(A, 1), C, 0, 1, "Q", 0);
        }
        assertThat(tree.text()).isEqualTo("aQcd");
        assertThat(seeded.text()).isEqualTo("acdQ");

        FugueText smallerId = seeded(tree);
        smallerId.delete(new ElementId(C, 0));
        smallerId.insert(new ElementId(A, 0), new ElementId(A, 1), FugueTreePropertyTest.peer(1), 0, 1, "Q", 0);
        assertThat(smallerId.text()).isEqualTo("aQcd");
    }

    @Test
    void keepsBothReplacementsOfConcurrentUpdates() {
        type(tree, 0, A, 0, "x");
        tree.update(tree.idAt(0), new ElementId(C, 0), "c", 0);
        tree.update(new ElementId(A, 0), new ElementId(B, 0), "b", 0);
        assertThat(tree.text()).isEqualTo("bc");
        tree.update(new ElementId(A, 9), new ElementId(B, 1), "lost", 0);
        assertThat(tree.text()).isEqualTo("bc");
    }

    @Test
    void acceptsCountersBeyondThirtyOneBits() {
        long nearBoundary = (1L << 31) - 2;
        tree.insert(ElementId.NULL, ElementId.NULL, A, nearBoundary, 4, "wxyz", 0);
        tree.insert(ElementId.NULL, ElementId.NULL, A, 1L << 62, 1, "!", 0);
        assertThat(tree.text()).isEqualTo("wxyz!");
        assertThat(tree.idAt(3)).isEqualTo(new ElementId(A, nearBoundary + 3));
        assertThat(tree.next(new ElementId(A, nearBoundary + 1))).isEqualTo(new ElementId(A, nearBoundary + 2));
        tree.delete(A, nearBoundary + 1, 2);
        assertThat(tree.text()).isEqualTo("wz!");
    }

    @Test
    void keepsStablePositions() {
        type(tree, 0, A, 0, "abc");
        ElementId afterB = tree.stablePositionAt(2);
        type(tree, 0, B, 0, "123");
        assertThat(tree.indexOfStablePosition(afterB)).isEqualTo(5);
        tree.delete(afterB);
        assertThat(tree.indexOfStablePosition(afterB)).isEqualTo(4);
        assertThat(tree.stablePositionAt(99)).isEqualTo(new ElementId(A, 2));
        assertThat(tree.stablePositionAt(0)).isEqualTo(ElementId.NULL);
        assertThat(tree.indexOfStablePosition(ElementId.NULL)).isZero();
        assertThat(tree.indexOfStablePosition(new ElementId(C, 0))).isEqualTo(-1);
    }

    @Test
    void holdsObjectsToo() {
        FugueList<Integer> list = new FugueList<>();
        list.insert(ElementId.NULL, ElementId.NULL, A, 0, 3, new Object[] {1, 2, 3}, 0);
        list.update(list.idAt(1), new ElementId(A, 3), new Object[] {9}, 0);
        assertThat(list.toList()).containsExactly(1, 9, 3);
        assertThat(list.get(1)).isEqualTo(9);
        assertThatThrownBy(() -> list.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    // Each shape makes one side of the tree as deep or as wide as it is long. Anything that walks or recurses takes
    // minutes here, or overflows the stack.
    @Test
    void staysFastInHostileShapes() {
        int size = 60_000;
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> {
            leftSpineUnderSiblings(size);
            rightSpineUnderSiblings(size);
            manySiblings(size);
            oneRunCutEverywhere(size);
            alternatingAuthors(size);
        });
    }

    private static void leftSpineUnderSiblings(int size) {
        FugueText tree = new FugueText();
        for (int i = 0; i < size; i++) {
            type(tree, 0, B, i, "x");
            // A sibling in front of the spine so far: its start must be found without walking down to it.
            tree.insert(new ElementId(C, 99), ElementId.NULL, A, i, 1, "y", 0);
        }
        assertThat(tree.size()).isEqualTo(2 * size);
    }

    private static void rightSpineUnderSiblings(int size) {
        FugueText tree = new FugueText();
        tree.insert(ElementId.NULL, ElementId.NULL, A, 0, 1, "r", 0);
        ElementId end = new ElementId(A, 0);
        for (int i = 0; i < size; i++) {
            // Never consecutive, so each is a run of its own.
            tree.insert(end, ElementId.NULL, B, 2 * i, 1, "x", 0);
            end = new ElementId(B, 2 * i);
            tree.insert(new ElementId(A, 0), ElementId.NULL, C, i, 1, "y", 0);
        }
        assertThat(tree.text()).isEqualTo("r" + "x".repeat(size) + "y".repeat(size));
        assertThat(tree.next(end)).isEqualTo(new ElementId(C, 0));
    }

    private static void manySiblings(int size) {
        FugueText tree = new FugueText();
        tree.insert(ElementId.NULL, ElementId.NULL, A, 0, 1, "r", 0);
        Random random = new Random(1);
        for (int i = 0; i < size; i++) {
            PeerId peer = FugueTreePropertyTest.peer(random.nextInt(1000));
            tree.insert(new ElementId(A, 0), ElementId.NULL, peer, 5 + 2L * i, 1, "x", 0);
        }
        assertThat(tree.size()).isEqualTo(size + 1);
    }

    private static void oneRunCutEverywhere(int size) {
        FugueText tree = new FugueText();
        tree.insert(ElementId.NULL, ElementId.NULL, B, 0, size, "x".repeat(size), 0);
        for (int i = 0; i < size - 1; i++) {
            tree.insert(new ElementId(B, i), ElementId.NULL, C, 2 * i, 1, "y", 0);
        }
        assertThat(tree.text()).isEqualTo("x".repeat(size) + "y".repeat(size - 1));
    }

    private static void alternatingAuthors(int size) {
        FugueText tree = new FugueText();
        for (int i = 0; i < size; i++) {
            type(tree, tree.size(), i % 2 == 0 ? A : B, i / 2, "x");
        }
        ElementId first = tree.idAt(0);
        for (int i = 0; i < size; i++) {
            ElementId inner = tree.idAt(size / 2 + i % 100);
            tree.insert(first, inner, C, 2 * i, 1, "y", 0);
        }
        assertThat(tree.size()).isEqualTo(2 * size);
    }
}
