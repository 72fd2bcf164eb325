package dev.weft.crdt.handler.list;

import dev.weft.crdt.handler.fugue.FugueState;
import dev.weft.crdt.sequence.ElementId;
import dev.weft.crdt.sequence.ElementRange;
import dev.weft.crdt.sequence.FugueList;
import java.util.ArrayList;
import java.util.List;

/** The elements of a Fugue list. An element without a value is a tombstone from the start (spec crdt 16.8). */
public final class FugueListState<T> extends FugueState<Object[]> {
    private final FugueList<T> tree = new FugueList<>();

    FugueListState() {}

    @Override
    protected FugueList<T> tree() {
        return tree;
    }

    @Override
    protected void insertChain(ElementId left, ElementId right, ElementRange ids, Object[] values, int from) {
        List<ElementId> empty = new ArrayList<>(0);
        for (int i = 0; i < ids.count(); i++) {
            if (values[from + i] == null && !tree.contains(ids.id(i))) {
                empty.add(ids.id(i));
            }
        }
        tree.insert(left, right, ids, values, from);
        empty.forEach(tree::delete);
    }

    @Override
    protected void replace(ElementId target, ElementId newId, Object[] values, int at) {
        boolean known = tree.contains(newId);
        tree.update(target, newId, values, at);
        if (values[at] == null && !known) {
            tree.delete(newId);
        }
    }
}
