package dev.weft.crdt.handler.list;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.sequence.ElementId;
import java.util.List;

/**
 * The edits of {@link FugueMovableListHandler} (spec crdt 16.10). An element is named by its identity, which it keeps
 * when it moves; the places it may stand at are positions. Stamps are packed clocks.
 */
sealed interface FugueMovableListOperation<T> extends Operation {

    record Insert<T>(ElementId left, ElementId right, List<Item<T>> items) implements FugueMovableListOperation<T> {
        @Override
        public int kind() {
            return OperationKind.INSERT;
        }
    }

    record Item<T>(ElementId identity, ElementId position, T value) {}

    record Move<T>(ElementId identity, ElementId position, ElementId left, ElementId right, long stamp)
            implements FugueMovableListOperation<T> {
        @Override
        public int kind() {
            return OperationKind.MOVE;
        }
    }

    record Update<T>(long stamp, List<Replacement<T>> replacements) implements FugueMovableListOperation<T> {
        @Override
        public int kind() {
            return OperationKind.UPDATE;
        }
    }

    record Replacement<T>(ElementId identity, T value) {}

    record Delete<T>(List<ElementId> identities) implements FugueMovableListOperation<T> {
        @Override
        public int kind() {
            return OperationKind.DELETE;
        }
    }
}
