package dev.weft.crdt.sequence;

import dev.weft.crdt.id.PeerId;
import java.util.HashMap;
import java.util.Map;

/** The peers whose elements a tree holds, and by them the span that holds an element. Not thread-safe. */
final class Authors {
    private final Map<PeerId, Author> authors = new HashMap<>();
    /** Authors whose counters do not fit in 31 bits, which no honest peer needs. */
    private final Map<ElementId, Author> highAuthors = new HashMap<>();

    /** The author asked for last: the next question is mostly about the same one. */
    private Author recent;

    /** Null if the tree has no element of this peer, or none whose counter shares the high bits. */
    Author get(PeerId peer, long counter) {
        long high = Author.high(counter);
        Author last = recent;
        if (last != null && last.high == high && last.peer.equals(peer)) {
            return last;
        }
        Author author = high == 0 ? authors.get(peer) : highAuthors.get(new ElementId(peer, high));
        if (author != null) {
            recent = author;
        }
        return author;
    }

    Author getOrAdd(PeerId peer, long counter) {
        Author author = get(peer, counter);
        if (author != null) {
            return author;
        }
        long high = Author.high(counter);
        author = new Author(peer, high);
        if (high == 0) {
            authors.put(peer, author);
        } else {
            highAuthors.put(new ElementId(peer, high), author);
        }
        return author;
    }

    /** The span that holds the element; null if the id is null or unknown. */
    Span find(ElementId id) {
        if (id.isNull()) {
            return null;
        }
        Author author = get(id.peer(), id.counter());
        return author == null ? null : author.find(Author.low(id.counter()));
    }

    boolean containsAny(ElementRange ids) {
        long at = ids.first();
        int rest = ids.count();
        while (rest > 0) {
            Author author = get(ids.peer(), at);
            if (author == null) {
                // At most two authors share a range, and the second one's counters begin at a multiple of 2^31.
                long step = Math.min(rest, (long) Author.LOW_MASK + 1 - Author.low(at));
                at += step;
                rest -= (int) step;
                continue;
            }
            int fresh = author.freshCount(Author.low(at), rest);
            if (fresh == 0) {
                return true;
            }
            at += fresh;
            rest -= fresh;
        }
        return false;
    }
}
