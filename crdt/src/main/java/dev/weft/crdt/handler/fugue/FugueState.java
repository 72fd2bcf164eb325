package dev.weft.crdt.handler.fugue;

import dev.weft.crdt.sequence.ElementCounters;
import dev.weft.crdt.sequence.ElementId;
import dev.weft.crdt.sequence.ElementRange;
import dev.weft.crdt.sequence.FugueTree;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A Fugue tree and what a handler keeps beside it. Not thread-safe.
 *
 * @param <V> the values of several elements
 */
public abstract class FugueState<V> {
    /** More ids than this are not remembered; what arrives late is then replayed instead of folded. */
    private static final int ABSENT_MAX = 10_000;

    private final ElementCounters counters = new ElementCounters();

    /*
     * Operations commute as long as each finds the elements it names. One that did not find an element would have done
     * something else after the operation that creates it, so the ids looked for in vain are remembered: an operation that
     * arrives late and creates one of them must not simply be folded.
     */
    private final Set<ElementId> absent = new HashSet<>();
    private boolean orderMatters;

    protected abstract FugueTree<?> tree();

    /** Inserts a chain of fresh or known ids; their values begin at {@code from}. */
    protected abstract void insertChain(ElementId left, ElementId right, ElementRange ids, V values, int from);

    protected abstract void replace(ElementId target, ElementId newId, V values, int at);

    final ElementCounters counters() {
        return counters;
    }

    final void apply(FugueOperation<V> operation) {
        if (operation instanceof FugueOperation.Insert<V> insert) {
            insert(insert);
        } else if (operation instanceof FugueOperation.Delete<V> delete) {
            delete(delete.ids());
        } else if (operation instanceof FugueOperation.Update<V> update) {
            update(update);
        } else {
            throw new AssertionError(operation);
        }
    }

    /** @return false if the state may now differ from one built in replay order */
    final boolean applyLate(FugueOperation<V> operation) {
        if (orderMatters || createsKnownOrMissed(operation)) {
            return false;
        }
        apply(operation);
        return !orderMatters;
    }

    private void insert(FugueOperation.Insert<V> insert) {
        note(insert.left());
        note(insert.right());
        orderMatters |= tree().isBelowOnTheLeft(insert.right(), insert.left());
        ElementId before = insert.left();
        int from = 0;
        for (ElementRange range : insert.ids()) {
            insertChain(before, insert.right(), range, insert.values(), from);
            counters.use(range);
            from += range.count();
            before = range.lastId();
        }
    }

    private void delete(List<ElementRange> ranges) {
        for (ElementRange range : ranges) {
            if (tree().delete(range.peer(), range.first(), range.count()) < range.count()) {
                for (int i = 0; i < range.count(); i++) {
                    note(range.id(i));
                }
            }
        }
    }

    private void update(FugueOperation.Update<V> update) {
        int at = 0;
        for (FugueOperation.Replacement item : update.replacements()) {
            note(item.target());
            replace(item.target(), item.newId(), update.values(), at++);
            counters.use(item.newId());
        }
    }

    private void note(ElementId id) {
        if (id.isNull() || tree().contains(id)) {
            return;
        }
        if (absent.size() < ABSENT_MAX) {
            absent.add(id);
        } else {
            orderMatters = true;
        }
    }

    private boolean createsKnownOrMissed(FugueOperation<V> operation) {
        if (operation instanceof FugueOperation.Insert<V> insert) {
            return insert.ids().stream().anyMatch(this::isKnownOrMissed);
        }
        return operation instanceof FugueOperation.Update<V> update
                && update.replacements().stream().anyMatch(item -> isKnownOrMissed(item.newId()));
    }

    private boolean isKnownOrMissed(ElementRange range) {
        if (absent.isEmpty()) {
            return tree().containsAny(range);
        }
        for (int i = 0; i < range.count(); i++) {
            if (isKnownOrMissed(range.id(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean isKnownOrMissed(ElementId id) {
        return absent.contains(id) || tree().contains(id);
    }
}
