package dev.weft.crdt.sequence;

/**
 * A path down the tree: elements of one author with consecutive counters, each the only right child of the one before.
 *
 * <p>Because of "only", the elements share one subtree end, and just the last can have other right children.
 */
final class Run {
    final Author author;
    int first;
    int last;

    /** Stands before everything below the first element; absent while that element has no left children. */
    Span open;

    /** Stands behind everything below the last element; absent while that element has no right children. */
    Span close;

    /** Right children of the last element: null, the first span of the only child, or {@link Siblings}. */
    Object rightChildren;

    Run(Author author, int first, int last) {
        this.author = author;
        this.first = first;
        this.last = last;
    }
}
