package dev.weft.crdt.handler.text;

import dev.weft.crdt.handler.fugue.FugueState;
import dev.weft.crdt.sequence.ElementId;
import dev.weft.crdt.sequence.ElementRange;
import dev.weft.crdt.sequence.FugueText;
import java.util.HashMap;
import java.util.Map;

/** The elements of a Fugue text, and the values of those that are not one UTF-16 unit. */
public final class FugueTextState extends FugueState<FugueTextValues> {
    private final FugueText tree = new FugueText();
    private final Map<ElementId, String> odd = new HashMap<>();

    FugueTextState() {}

    @Override
    protected FugueText tree() {
        return tree;
    }

    @Override
    protected void insertChain(ElementId left, ElementId right, ElementRange ids, FugueTextValues values, int from) {
        if (!values.odd().isEmpty()) {
            for (int i = 0; i < ids.count(); i++) {
                noteOdd(ids.id(i), values, from + i);
            }
        }
        tree.insert(left, right, ids, values.units(), from);
    }

    @Override
    protected void replace(ElementId target, ElementId newId, FugueTextValues values, int at) {
        if (tree.contains(target) || target.isNull()) {
            noteOdd(newId, values, at);
            tree.update(target, newId, values.units(), at);
        }
    }

    private void noteOdd(ElementId id, FugueTextValues values, int at) {
        String value = values.odd().get(at);
        if (value != null && !tree.contains(id)) {
            odd.put(id, value);
        }
    }

    /** The value of an element; null if it is the unit the tree has. */
    String oddValue(ElementId id) {
        return odd.get(id);
    }

    boolean isPlain() {
        return odd.isEmpty();
    }

    /** O(length). */
    String text() {
        if (isPlain()) {
            return tree.text();
        }
        StringBuilder text = new StringBuilder();
        tree.forEachStretch((peer, first, count, units, from) -> {
            for (int i = 0; i < count; i++) {
                String value = oddValue(new ElementId(peer, first + i));
                if (value == null) {
                    text.append(units[from + i]);
                } else {
                    text.append(value);
                }
            }
        });
        return text.toString();
    }
}
