package dev.weft.crdt.sequence;

/**
 * Neighbouring elements of one run, either all live or all tombstones; or, without elements, a marker: the root, the
 * opening or the closing of a subtree. The unit the position index orders.
 *
 * <p>Identity matters: the span that begins with a run's first element, or with an element that has left children, is
 * referred to by other parts of the tree and must stay the same object when it is cut or joined.
 */
final class Span {
    Run run;
    int counter;

    /** Positive: that many live elements. Negative: that many tombstones. Zero: a marker, or joined into another. */
    private int extent;

    PositionIndex.Leaf<?> leaf;

    /** Left children of the first element: null, the first span of the only child, or {@link Siblings}. */
    Object leftChildren;

    private Span(Run run, int counter, int extent) {
        this.run = run;
        this.counter = counter;
        this.extent = extent;
    }

    static Span live(Run run, int counter, int length) {
        return new Span(run, counter, length);
    }

    static Span marker(Run run) {
        return new Span(run, -1, 0);
    }

    int length() {
        return Math.abs(extent);
    }

    int liveLength() {
        return Math.max(extent, 0);
    }

    boolean isLive() {
        return extent > 0;
    }

    boolean isMarker() {
        return extent == 0;
    }

    /** The counter behind the last element's. */
    int end() {
        return counter + length();
    }

    /** The id of the element with this counter. */
    ElementId idOf(int wanted) {
        return new ElementId(run.author.peer, run.author.counter(wanted));
    }

    boolean contains(int wanted) {
        return wanted >= counter && wanted - counter < length();
    }

    boolean isFirstOfRun() {
        return counter == run.first;
    }

    /** True if the two are one stretch of one run. */
    boolean isFollowedBy(Span next) {
        return run == next.run && end() == next.counter && !isMarker() && !next.isMarker();
    }

    /** True if the two are one stretch of one run in the same state, so that one span can hold both. */
    boolean isContinuedBy(Span next) {
        return isFollowedBy(next) && extent > 0 == next.extent > 0;
    }

    void bury() {
        extent = -extent;
    }

    void lengthen(int by) {
        extent += extent > 0 ? by : -by;
    }

    /** Gives up the elements from {@code offset} on, at least one and not all, to a new span in the same state. */
    Span cutTail(int offset) {
        int kept = extent > 0 ? offset : -offset;
        Span tail = new Span(run, counter + offset, extent - kept);
        extent = kept;
        return tail;
    }

    /** Moves the beginning; the elements passed over belong to a neighbour from now on. */
    void moveStart(int by) {
        counter += by;
        lengthen(-by);
    }

    /** Forgets the elements, because a neighbour took them over. */
    void clear() {
        extent = 0;
    }
}
