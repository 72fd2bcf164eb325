package dev.weft.crdt.handler.fugue;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.sequence.ElementId;
import dev.weft.crdt.sequence.ElementRange;
import java.util.List;

/**
 * The edits of a Fugue sequence (spec crdt 16.8). Elements are named by ranges of ids, because they mostly come in runs.
 *
 * @param <V> the values of several elements
 */
public sealed interface FugueOperation<V> extends Operation {

    /** Elements in a chain between two neighbours, either of which may be the null id. */
    record Insert<V>(ElementId left, ElementId right, List<ElementRange> ids, V values) implements FugueOperation<V> {
        @Override
        public int kind() {
            return OperationKind.INSERT;
        }
    }

    record Delete<V>(List<ElementRange> ids) implements FugueOperation<V> {
        @Override
        public int kind() {
            return OperationKind.DELETE;
        }
    }

    record Update<V>(List<Replacement> replacements, V values) implements FugueOperation<V> {
        @Override
        public int kind() {
            return OperationKind.UPDATE;
        }
    }

    /** @param target the null id stands for the start of the sequence */
    record Replacement(ElementId target, ElementId newId) {}
}
