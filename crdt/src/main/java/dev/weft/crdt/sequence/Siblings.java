package dev.weft.crdt.sequence;

import java.util.Map;
import java.util.TreeMap;

/**
 * Two or more children on one side of one element, ordered by id, each known by the first span of its run. Siblings
 * come from concurrent edits, so there are few; a million must still not cost a million steps each.
 */
final class Siblings {
    private final TreeMap<Author, SpanIndex> byAuthor = new TreeMap<>();

    /** What {@code children} becomes with one more child: the child itself, or a set. */
    static Object with(Object children, Span child) {
        if (children == null) {
            return child;
        }
        if (children instanceof Siblings siblings) {
            siblings.add(child);
            return siblings;
        }
        Siblings siblings = new Siblings();
        siblings.add((Span) children);
        siblings.add(child);
        return siblings;
    }

    /** The greatest child below the id, or null. */
    static Span below(Object children, Author author, int counter) {
        if (children instanceof Siblings siblings) {
            return siblings.below(author, counter);
        }
        Span only = (Span) children;
        return only != null && compare(only, author, counter) < 0 ? only : null;
    }

    /** The smallest child above the id, or null. */
    static Span above(Object children, Author author, int counter) {
        if (children instanceof Siblings siblings) {
            return siblings.above(author, counter);
        }
        Span only = (Span) children;
        return only != null && compare(only, author, counter) > 0 ? only : null;
    }

    private static int compare(Span child, Author author, int counter) {
        int byAuthor = child.run.author.compareTo(author);
        return byAuthor != 0 ? byAuthor : Integer.compare(child.counter, counter);
    }

    private void add(Span child) {
        byAuthor.computeIfAbsent(child.run.author, author -> new SpanIndex()).add(child);
    }

    private Span below(Author author, int counter) {
        SpanIndex own = byAuthor.get(author);
        Span span = own == null ? null : own.floor(counter);
        if (span != null) {
            return span;
        }
        Map.Entry<Author, SpanIndex> lower = byAuthor.lowerEntry(author);
        return lower == null ? null : lower.getValue().last();
    }

    private Span above(Author author, int counter) {
        SpanIndex own = byAuthor.get(author);
        Span span = own == null ? null : own.higher(counter);
        if (span != null) {
            return span;
        }
        Map.Entry<Author, SpanIndex> higher = byAuthor.higherEntry(author);
        return higher == null ? null : higher.getValue().first();
    }
}
