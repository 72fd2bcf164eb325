package dev.weft.crdt.sequence;

import dev.weft.crdt.id.PeerId;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A sequence that several peers edit at once (spec crdt 16.2 to 16.7). Not thread-safe.
 *
 * <p>Ids are those of one handler. Operations must be applied in an order that respects causality; operations about
 * unknown elements have a defined outcome all the same, because elements can be pruned. An id that exists already is
 * ignored.
 *
 * @param <C> what values come in: a {@code String}, one UTF-16 unit for each element, or an {@code Object[]}
 */
public abstract sealed class FugueTree<C> permits FugueText, FugueList {
    /*
     * The elements form a tree; the sequence is its in-order walk: left children, the element, right children, and
     * children of one side ordered by id. An insert between neighbours L and R becomes a left child of R when R lies
     * below L, and a right child of L otherwise. Tombstones count as neighbours: they still hold their place.
     *
     * Text is typed left to right, so the tree is mostly long chains of right children. A chain of one peer's
     * consecutive elements is one Run here, stored as the Spans into which edits have cut it, and the tree is never
     * walked. What the placement rules ask of it is answered by the order of the spans:
     *
     *   - a new first sibling stands right behind its parent (right side), a new last one right before it (left side);
     *   - any other stands behind the end of the right sibling below it, or before the start of the left sibling above
     *     it, and those ends are marked by spans without elements: Run.close for the end, Run.open for the start;
     *   - L is an ancestor of R exactly if R stands between the start and the end of what is below L.
     *
     * A marker is made when the first element is put below the run at that end: just then, the end is where the run is.
     * Elements in the middle of a run need no markers: being only children, they end where the run ends and start where
     * the element before them stands. When one gets a sibling, the run is cut before it.
     *
     * The tree follows The Art of the Fugue: Minimizing Interleaving in Collaborative Text Editing, arXiv:2305.00583.
     */

    private final Authors authors = new Authors();
    final PositionIndex<C> order;
    private final Span root;

    FugueTree(Supplier<? extends ValueBuffer<C>> values) {
        root = Span.marker(new Run(null, -1, -1));
        order = new PositionIndex<>(root, values);
    }

    /** How many live elements there are. */
    public int size() {
        return order.live();
    }

    /** How many elements there are, tombstones included. */
    public int elementCount() {
        return order.total();
    }

    public boolean contains(ElementId id) {
        return authors.find(id) != null;
    }

    public boolean isLive(ElementId id) {
        Span span = authors.find(id);
        return span != null && span.isLive();
    }

    public boolean containsAny(ElementRange ids) {
        return authors.containsAny(ids);
    }

    /** Whether each element is live, and the only child, on the right, of the one before it. O(runs). */
    public boolean isLiveChain() {
        if (size() != elementCount()) {
            return false;
        }
        int chained = 0;
        Object below = root.run.rightChildren;
        while (below instanceof Span first) {
            chained += first.run.last - first.run.first + 1;
            below = first.run.rightChildren;
        }
        return below == null && chained == elementCount();
    }

    /** The live element at the index, or the null id outside (spec crdt 16.6). O(log n). */
    public ElementId idAt(int index) {
        if (index < 0 || index >= order.live()) {
            return ElementId.NULL;
        }
        Span span = order.spanAt(index);
        return span.idOf(span.counter + order.foundOffset());
    }

    /** The element behind this one, tombstones included; the null id behind the last and for unknown ids. O(log n). */
    public ElementId next(ElementId id) {
        Span span = id.isNull() ? null : authors.find(id);
        if (span == null && !id.isNull()) {
            return ElementId.NULL;
        }
        if (span != null) {
            int following = Author.low(id.counter()) + 1;
            if (span.contains(following)) {
                return span.idOf(following);
            }
        }
        // The root's left children stand before it, so the first element is looked for from the very beginning.
        Span next = span == null ? order.firstWithElements() : order.nextWithElements(span);
        return next == null ? ElementId.NULL : next.idOf(next.counter);
    }

    /**
     * Whether both elements exist and {@code id} is to be found below {@code above}, on its left side. Editors never
     * insert between two such elements; what an insert there does depends on what else was inserted.
     */
    public boolean isBelowOnTheLeft(ElementId id, ElementId above) {
        Span aboveSpan = authors.find(above);
        if (aboveSpan == null || aboveSpan.leftChildren == null || aboveSpan.counter != Author.low(above.counter())) {
            return false;
        }
        Span span = authors.find(id);
        return span != null
                && order.compare(span, aboveSpan) < 0
                && isAncestor(aboveSpan, aboveSpan.counter, span, Author.low(id.counter()));
    }

    /** How many live elements stand before the element; -1 if it is unknown. O(log n). */
    public int indexOf(ElementId id) {
        Span span = authors.find(id);
        if (span == null) {
            return -1;
        }
        int offset = span.isLive() ? Author.low(id.counter()) - span.counter : 0;
        return order.indexOf(span) + offset;
    }

    /** A position that stays between the same elements while others edit: the element before it (spec crdt 16.7). */
    public ElementId stablePositionAt(int index) {
        return idAt(Math.min(index, size()) - 1);
    }

    /** Where a stable position is now; -1 if its element is unknown. */
    public int indexOfStablePosition(ElementId position) {
        if (position.isNull()) {
            return 0;
        }
        int index = indexOf(position);
        return index >= 0 && isLive(position) ? index + 1 : index;
    }

    /** The ids of {@code count} live elements from {@code index} on. The visitor must not edit the tree. */
    public void forEachRange(int index, int count, RangeVisitor visitor) {
        Objects.checkFromIndexSize(index, count, size());
        if (count == 0) {
            return;
        }
        Span span = order.spanAt(index);
        int offset = order.foundOffset();
        PositionIndex.Leaf<?> leaf = span.leaf;
        int slot = leaf.slotOf(span);
        int rest = count;
        while (rest > 0) {
            for (; slot < leaf.count && rest > 0; slot++) {
                int available = leaf.live[slot] - offset;
                if (available > 0) {
                    int taken = Math.min(available, rest);
                    Span current = leaf.spans[slot];
                    Author author = current.run.author;
                    visitor.visit(author.peer, author.counter(current.counter + offset), taken);
                    rest -= taken;
                    offset = 0;
                }
            }
            leaf = leaf.next;
            slot = 0;
        }
    }

    final <A> void forEachStretch(Function<? super PositionIndex.Leaf<C>, A> arrayOf, StretchVisitor<A> visitor) {
        for (PositionIndex.Leaf<C> leaf = order.firstLeaf(); leaf != null; leaf = leaf.next) {
            int from = 0;
            for (int slot = 0; slot < leaf.count; slot++) {
                int length = leaf.live[slot];
                if (length > 0) {
                    Span span = leaf.spans[slot];
                    Author author = span.run.author;
                    visitor.visit(author.peer, author.counter(span.counter), length, arrayOf.apply(leaf), from);
                    from += length;
                }
            }
        }
    }

    /**
     * Receives live elements of consecutive ids whose values lie side by side.
     *
     * @param <A> the array they lie in
     */
    @FunctionalInterface
    public interface StretchVisitor<A> {
        /** @param values holds the values from {@code from} on; must not be kept or changed */
        void visit(PeerId peer, long first, int count, A values, int from);
    }

    /** Receives ranges of consecutive ids; neighbouring ranges may continue each other. */
    @FunctionalInterface
    public interface RangeVisitor {
        void visit(PeerId peer, long first, int count);
    }

    /**
     * Inserts consecutive ids as a chain between two elements (spec crdt 16.3, 16.4). Those of the ids that exist
     * already stay as they are.
     *
     * @param values the values of the elements, from {@code from} on, one each
     */
    public void insert(ElementId left, ElementId right, ElementRange ids, C values, int from) {
        insert(left, right, ids.peer(), ids.first(), ids.count(), values, from);
    }

    /** As above, without an object for the ids. */
    public void insert(ElementId left, ElementId right, PeerId peer, long first, int count, C values, int from) {
        ElementId before = left;
        int done = 0;
        while (done < count) {
            long counter = first + done;
            Author author = authors.getOrAdd(peer, counter);
            int low = Author.low(counter);
            int fresh = author.freshCount(low, count - done);
            if (fresh > 0) {
                insertFresh(before, right, author, low, fresh, values, from + done);
            }
            done += Math.max(fresh, 1);
            if (done < count) {
                before = new ElementId(peer, first + done - 1);
            }
        }
    }

    private void insertFresh(ElementId left, ElementId right, Author author, int low, int count, C values, int from) {
        Span leftSpan = authors.find(left);
        if (leftSpan != null) {
            int leftLow = Author.low(left.counter());
            if (hasRightChildren(leftSpan.run, leftLow)) {
                Span rightSpan = authors.find(right);
                if (rightSpan != null && isAncestor(leftSpan, leftLow, rightSpan, Author.low(right.counter()))) {
                    insertLeftChild(startAt(rightSpan, Author.low(right.counter())), author, low, count, values, from);
                    return;
                }
            }
            insertRightChild(leftSpan.run, leftLow, author, low, count, values, from);
            return;
        }
        Span rightSpan = authors.find(right);
        if (left.isNull()) {
            if (rightSpan != null) {
                insertLeftChild(startAt(rightSpan, Author.low(right.counter())), author, low, count, values, from);
            } else {
                insertRightChild(root.run, root.counter, author, low, count, values, from);
            }
        } else {
            Span parent = rightSpan == null ? root : startAt(rightSpan, Author.low(right.counter()));
            insertLeftChild(parent, author, low, count, values, from);
        }
    }

    private static boolean hasRightChildren(Run run, int counter) {
        return counter < run.last || run.rightChildren != null;
    }

    /** L is a proper ancestor of R. Only asked when L has right children (spec crdt 16.3). */
    private boolean isAncestor(Span left, int leftLow, Span right, int rightLow) {
        if (left.run == right.run && leftLow != rightLow) {
            return leftLow < rightLow;
        }
        int direction = order.compare(left, right);
        if (direction < 0) {
            return order.compare(right, endOf(left.run)) <= 0;
        }
        if (direction == 0 || left.leftChildren == null || left.counter != leftLow) {
            return false;
        }
        Span before = left.isFirstOfRun() ? left.run.open : left.run.author.find(leftLow - 1);
        return order.compare(before, right) < 0;
    }

    private void insertRightChild(Run run, int counter, Author author, int low, int count, C values, int from) {
        if (counter < run.last) {
            cutRun(run, counter + 1);
        }
        // cutRun may have given either half the old object.
        Span parent = run.author == null ? root : run.author.find(counter);
        Run parentRun = parent.run;
        if (parentRun.rightChildren == null) {
            if (author == parentRun.author && low == counter + 1) {
                extend(parent, low, count, values, from);
                return;
            }
            parentRun.close = Span.marker(parentRun);
            order.insertAfter(parent, parentRun.close, null, 0);
            Span child = startRun(author, low, count);
            insertChain(parent, child, count, values, from);
            parentRun.rightChildren = child;
            return;
        }
        Span below = Siblings.below(parentRun.rightChildren, author, low);
        Span child = startRun(author, low, count);
        insertChain(below == null ? parent : endOf(below.run), child, count, values, from);
        parentRun.rightChildren = Siblings.with(parentRun.rightChildren, child);
    }

    /** @param parent begins with the parent element */
    private void insertLeftChild(Span parent, Author author, int low, int count, C values, int from) {
        if (parent.leftChildren == null && parent.isFirstOfRun()) {
            parent.run.open = Span.marker(parent.run);
            order.insertBefore(parent, parent.run.open, null, 0);
        }
        Span above = Siblings.above(parent.leftChildren, author, low);
        Span child = startRun(author, low, count);
        order.insertBefore(above == null ? parent : startOf(above), child, values, from);
        author.spans.add(child);
        appendSpans(child, count, values, from);
        parent.leftChildren = Siblings.with(parent.leftChildren, child);
    }

    /** The first span of a new run; the spans behind it come with {@link #appendSpans}. */
    private static Span startRun(Author author, int low, int count) {
        Run run = new Run(author, low, low + count - 1);
        return Span.live(run, low, Math.min(count, PositionIndex.SPAN_VALUES_MAX));
    }

    private void insertChain(Span anchor, Span child, int count, C values, int from) {
        order.insertAfter(anchor, child, values, from);
        child.run.author.spans.add(child);
        appendSpans(child, count, values, from);
    }

    /** Inserts what is left of {@code count} elements after the first span took its share. */
    private void appendSpans(Span first, int count, C values, int from) {
        Span previous = first;
        int done = first.length();
        while (done < count) {
            int length = Math.min(count - done, PositionIndex.SPAN_VALUES_MAX);
            Span span = Span.live(first.run, previous.end(), length);
            order.insertAfter(previous, span, values, from + done);
            first.run.author.spans.add(span);
            previous = span;
            done += length;
        }
    }

    /** Makes a run without right children longer. */
    private void extend(Span last, int low, int count, C values, int from) {
        Run run = last.run;
        run.last = low + count - 1;
        int room = last.isLive() ? PositionIndex.SPAN_VALUES_MAX - last.length() : 0;
        int appended = Math.min(room, count);
        if (appended > 0) {
            order.append(last, values, from, appended);
        }
        if (appended < count) {
            int length = Math.min(count - appended, PositionIndex.SPAN_VALUES_MAX);
            Span span = Span.live(run, low + appended, length);
            order.insertAfter(last, span, values, from + appended);
            run.author.spans.add(span);
            appendSpans(span, count - appended, values, from + appended);
        }
    }

    /** The last span of everything below the run's last element, that element included. */
    private static Span endOf(Run run) {
        return run.close != null ? run.close : run.author.find(run.last);
    }

    /** The first span of everything below a run's first element. */
    private static Span startOf(Span first) {
        return first.run.open != null ? first.run.open : first;
    }

    /** A span that begins with the element: this one, or its tail after a cut. */
    private Span startAt(Span span, int low) {
        return low == span.counter ? span : cutSpan(span, low - span.counter);
    }

    private Span cutSpan(Span span, int offset) {
        Span tail = order.cut(span, offset);
        span.run.author.spans.add(tail);
        return tail;
    }

    /** Makes the elements from {@code counter} on a run of their own, because the first of them gets a sibling. */
    private void cutRun(Run run, int counter) {
        Author author = run.author;
        Span head = startAt(author.find(counter), counter);
        Span end = endOf(run);
        Run[] halves = relabel(run, head);
        Run front = halves[0];
        Run back = halves[1];
        Object grandchildren = run.rightChildren;
        Span open = run.open;
        Span close = run.close;
        front.open = open;
        back.open = null;
        back.close = close;
        back.rightChildren = grandchildren;
        front.close = Span.marker(front);
        front.rightChildren = head;
        order.insertAfter(end, front.close, null, 0);
        if (head.leftChildren != null) {
            back.open = Span.marker(back);
            order.insertAfter(author.find(counter - 1), back.open, null, 0);
        }
    }

    /**
     * Gives the smaller half of a run's spans, before or from {@code head}, to a new run, so that cutting a long run many
     * times costs O(n log n) steps in all.
     */
    private static Run[] relabel(Run run, Span head) {
        Author author = run.author;
        int cut = head.counter;
        Span forward = head;
        Span backward = author.find(cut - 1);
        while (forward.end() - 1 != run.last && backward.counter != run.first) {
            forward = author.find(forward.end());
            backward = author.find(backward.counter - 1);
        }
        boolean backIsSmaller = forward.end() - 1 == run.last;
        Run fresh = backIsSmaller ? new Run(author, cut, run.last) : new Run(author, run.first, cut - 1);
        for (int at = fresh.first; at <= fresh.last && at >= 0; ) {
            Span span = author.find(at);
            span.run = fresh;
            at = span.end();
        }
        if (backIsSmaller) {
            run.last = cut - 1;
            return new Run[] {run, fresh};
        }
        run.first = cut;
        return new Run[] {fresh, run};
    }

    /** Turns elements into tombstones; unknown ones are passed over (spec crdt 16.5). */
    public void delete(ElementId id) {
        if (!id.isNull()) {
            delete(id.peer(), id.counter(), 1);
        }
    }

    /**
     * As above, for consecutive ids.
     *
     * @return how many of them exist
     */
    public int delete(PeerId peer, long first, int count) {
        int known = 0;
        long end = first + count;
        long at = first;
        while (at < end) {
            Author author = authors.get(peer, at);
            int low = Author.low(at);
            Span span = author == null ? null : author.find(low);
            if (span == null) {
                at++;
                continue;
            }
            int offset = low - span.counter;
            int taken = (int) Math.min(span.length() - offset, end - at);
            if (span.isLive()) {
                bury(span, offset, taken);
            }
            at += taken;
            known += taken;
        }
        return known;
    }

    /** Replaces the target by a new element (spec crdt 16.5): nothing at all if the target is unknown. */
    public void update(ElementId target, ElementId newId, C values, int from) {
        Span span = target.isNull() ? root : authors.find(target);
        if (span == null) {
            return;
        }
        delete(target);
        Author author = authors.getOrAdd(newId.peer(), newId.counter());
        int low = Author.low(newId.counter());
        if (author.find(low) != null) {
            return;
        }
        Span parent = target.isNull() ? root : startAt(authors.find(target), Author.low(target.counter()));
        insertLeftChild(parent, author, low, 1, values, from);
    }

    private void bury(Span span, int offset, int count) {
        Author author = span.run.author;
        if (offset == 0 && count < span.length()) {
            Span grave = order.neighbourBefore(span);
            if (grave != null && !grave.isLive() && grave.isFollowedBy(span)) {
                author.spans.rekey(span, span.counter + count);
                order.buryHead(grave, span, count);
                return;
            }
        }
        if (offset > 0 && offset + count == span.length()) {
            Span grave = order.neighbourAfter(span);
            if (grave != null && !grave.isLive() && span.isFollowedBy(grave)) {
                author.spans.rekey(grave, grave.counter - count);
                order.buryTail(span, grave, count);
                return;
            }
        }
        Span doomed = offset == 0 ? span : cutSpan(span, offset);
        if (count < doomed.length()) {
            cutSpan(doomed, count);
        }
        order.bury(doomed);
        joinWithNext(doomed);
        Span before = order.neighbourBefore(doomed);
        if (before != null) {
            joinWithNext(before);
        }
    }

    private void joinWithNext(Span span) {
        Span next = order.neighbourAfter(span);
        if (next != null && !span.isLive() && span.isContinuedBy(next)) {
            span.run.author.spans.remove(next);
            order.join(span, next);
        }
    }
}
