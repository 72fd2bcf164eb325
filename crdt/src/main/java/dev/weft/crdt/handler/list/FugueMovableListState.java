package dev.weft.crdt.handler.list;

import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.sequence.ElementCounters;
import dev.weft.crdt.sequence.ElementId;
import dev.weft.crdt.sequence.FugueList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A tree of positions and the elements that stand at them (spec crdt 16.10). The live nodes of the tree are exactly the
 * positions at which an element is visible, so that indexes of the list are indexes of the tree. Not thread-safe.
 */
public final class FugueMovableListState<T> {
    /** More ids than this are not remembered; what arrives late is then replayed instead of folded. */
    private static final int ABSENT_MAX = 10_000;

    /** What stands in the list; knows where. */
    static final class Element<T> {
        final ElementId identity;
        T value;
        long valueStamp;
        ElementId position;
        long positionStamp;
        boolean deleted;

        Element(ElementId identity, ElementId position, T value) {
            this.identity = identity;
            this.position = position;
            this.value = value;
        }
    }

    private final FugueList<Element<T>> positions = new FugueList<>();
    private final Map<ElementId, Element<T>> elements = new HashMap<>();
    private final ElementCounters counters = new ElementCounters();

    /* Ids looked for in vain: an operation that arrives late and creates one would have changed what followed. */
    private final Set<ElementId> absent = new HashSet<>();
    private boolean orderMatters;

    FugueMovableListState() {}

    FugueList<Element<T>> positions() {
        return positions;
    }

    ElementCounters counters() {
        return counters;
    }

    /** An element as a snapshot has it, behind all others. */
    void seed(Element<T> element) {
        ElementId last = positions.idAt(positions.size() - 1);
        counters.use(element.identity);
        counters.use(element.position);
        if (!positions.contains(element.position) && elements.putIfAbsent(element.identity, element) == null) {
            place(element, last, ElementId.NULL);
            if (element.deleted) {
                positions.delete(element.position);
            }
        }
    }

    void apply(FugueMovableListOperation<T> operation) {
        if (operation instanceof FugueMovableListOperation.Insert<T> insert) {
            insert(insert);
        } else if (operation instanceof FugueMovableListOperation.Move<T> move) {
            move(move);
        } else if (operation instanceof FugueMovableListOperation.Update<T> update) {
            update.replacements().forEach(item -> update(item, update.stamp()));
        } else if (operation instanceof FugueMovableListOperation.Delete<T> delete) {
            delete.identities().forEach(this::delete);
        } else {
            throw new AssertionError(operation);
        }
    }

    /** @return false if the state may now differ from one built in replay order */
    boolean applyLate(FugueMovableListOperation<T> operation) {
        if (orderMatters || createsKnownOrMissed(operation) || isTied(operation)) {
            return false;
        }
        apply(operation);
        return !orderMatters;
    }

    private void insert(FugueMovableListOperation.Insert<T> insert) {
        noteNeighbours(insert.left(), insert.right());
        ElementId left = insert.left();
        for (FugueMovableListOperation.Item<T> item : insert.items()) {
            counters.use(item.identity());
            counters.use(item.position());
            // A position that exists already belongs to another element; the first one to name it keeps it.
            if (!positions.contains(item.position())) {
                Element<T> element = new Element<>(item.identity(), item.position(), item.value());
                boolean known = elements.putIfAbsent(item.identity(), element) != null;
                place(element, left, insert.right());
                if (known) {
                    positions.delete(item.position());
                }
            }
            left = item.position();
        }
    }

    private void move(FugueMovableListOperation.Move<T> move) {
        noteNeighbours(move.left(), move.right());
        counters.use(move.position());
        if (positions.contains(move.position())) {
            return;
        }
        Element<T> element = elements.get(move.identity());
        boolean wins = element != null && HybridTimestamp.compare(move.stamp(), element.positionStamp) > 0;
        if (element == null) {
            note(move.identity());
        } else if (wins) {
            positions.delete(element.position);
            element.position = move.position();
            element.positionStamp = move.stamp();
        }
        // The loser of two concurrent moves still leaves a slot, because later edits may name it as a neighbour.
        positions.insert(
                move.left(),
                move.right(),
                move.position().peer(),
                move.position().counter(),
                1,
                new Object[] {element},
                0);
        if (!wins || element.deleted) {
            positions.delete(move.position());
        }
    }

    private void update(FugueMovableListOperation.Replacement<T> item, long stamp) {
        Element<T> element = elements.get(item.identity());
        if (element == null) {
            note(item.identity());
        } else if (HybridTimestamp.compare(stamp, element.valueStamp) > 0) {
            element.value = item.value();
            element.valueStamp = stamp;
        }
    }

    private void delete(ElementId identity) {
        Element<T> element = elements.get(identity);
        if (element == null) {
            note(identity);
        } else {
            element.deleted = true;
            positions.delete(element.position);
        }
    }

    private void place(Element<T> element, ElementId left, ElementId right) {
        ElementId position = element.position;
        positions.insert(left, right, position.peer(), position.counter(), 1, new Object[] {element}, 0);
    }

    private void noteNeighbours(ElementId left, ElementId right) {
        notePosition(left);
        notePosition(right);
        orderMatters |= positions.isBelowOnTheLeft(right, left);
    }

    private void notePosition(ElementId id) {
        if (!id.isNull() && !positions.contains(id)) {
            note(id);
        }
    }

    private void note(ElementId id) {
        if (absent.size() < ABSENT_MAX) {
            absent.add(id);
        } else {
            orderMatters = true;
        }
    }

    private boolean createsKnownOrMissed(FugueMovableListOperation<T> operation) {
        if (operation instanceof FugueMovableListOperation.Insert<T> insert) {
            return insert.items().stream()
                    .anyMatch(item -> isPositionKnownOrMissed(item.position())
                            || absent.contains(item.identity())
                            || elements.containsKey(item.identity()));
        }
        return operation instanceof FugueMovableListOperation.Move<T> move && isPositionKnownOrMissed(move.position());
    }

    private boolean isPositionKnownOrMissed(ElementId position) {
        return absent.contains(position) || positions.contains(position);
    }

    /** Of two equal stamps the one first in replay order wins, and the order is not known here. */
    private boolean isTied(FugueMovableListOperation<T> operation) {
        if (operation instanceof FugueMovableListOperation.Move<T> move) {
            Element<T> element = elements.get(move.identity());
            return element != null && element.positionStamp == move.stamp();
        }
        return operation instanceof FugueMovableListOperation.Update<T> update
                && update.replacements().stream().anyMatch(item -> {
                    Element<T> element = elements.get(item.identity());
                    return element != null && element.valueStamp == update.stamp();
                });
    }
}
