package dev.weft.crdt.handler.fugue;

import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.sequence.ElementId;
import dev.weft.crdt.sequence.ElementRange;
import dev.weft.crdt.sequence.FugueTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Editing a Fugue sequence by index. Elements keep their place among their neighbours whatever others do at the same
 * time, and concurrent runs do not interleave.
 *
 * @param <V> the values of several elements
 */
public abstract class FugueHandler<S extends FugueState<V>, V> extends Handler<S, FugueOperation<V>> {

    protected FugueHandler(HandlerHost host, String id, String type, FugueType<S, V> dataType) {
        super(host, id, type, dataType);
    }

    /**
     * Removes elements from the index on; what lies past the end is ignored, and if nothing is left there is no change.
     *
     * @throws IndexOutOfBoundsException if a number is negative
     */
    public void delete(int index, int count) {
        requireNotNegative(index);
        requireNotNegative(count);
        FugueTree<?> tree = state().tree();
        int clipped = Math.min(count, tree.size() - index);
        if (clipped <= 0) {
            return;
        }
        ElementRanges ids = new ElementRanges();
        tree.forEachRange(index, clipped, ids);
        submit(new FugueOperation.Delete<>(ids.toList()));
    }

    /**
     * A position that stays between the same elements while others edit, for cursors and comments. Past the end it is
     * the end; the null id is the start. It can be kept in bytes or text, and is lost when a snapshot forgets its element.
     */
    public ElementId stablePositionAt(int index) {
        return state().tree().stablePositionAt(index);
    }

    /** Where a stable position is now; empty if its element is unknown here. */
    public OptionalInt indexOfStablePosition(ElementId position) {
        int index = state().tree().indexOfStablePosition(position);
        return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** Inserts {@code count} values before the index; past the end, appends. No values make no change. */
    protected final void insertValues(int index, int count, V values) {
        requireNotNegative(index);
        if (count == 0) {
            return;
        }
        S state = state();
        FugueTree<?> tree = state.tree();
        ElementId left = index == 0 ? ElementId.NULL : tree.idAt(Math.min(index, tree.size()) - 1);
        ElementId right = tree.next(left);
        ElementRange ids = new ElementRange(peerId(), state.counters().next(peerId(), count), count);
        submit(new FugueOperation.Insert<>(left, right, List.of(ids), values));
    }

    /** Replaces {@code count} elements from the index on, which must exist. None make no change. */
    protected final void replaceValues(int index, int count, V values) {
        if (count == 0) {
            return;
        }
        S state = state();
        long counter = state.counters().next(peerId(), count);
        List<FugueOperation.Replacement> replacements = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ElementId newId = new ElementId(peerId(), counter + i);
            replacements.add(new FugueOperation.Replacement(state.tree().idAt(index + i), newId));
        }
        submit(new FugueOperation.Update<>(replacements, values));
    }

    protected static int requireNotNegative(int number) {
        return Objects.checkIndex(number, Integer.MAX_VALUE);
    }
}
