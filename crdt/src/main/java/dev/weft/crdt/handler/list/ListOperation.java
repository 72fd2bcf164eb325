package dev.weft.crdt.handler.list;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.handler.Operation;

/** The edits of {@link ListHandler}. Indexes and counts are as large as peers care to send them. */
sealed interface ListOperation<V> extends Operation {

    record Insert<V>(long index, V value) implements ListOperation<V> {
        @Override
        public int kind() {
            return OperationKind.INSERT;
        }
    }

    record Delete<V>(long index, long count) implements ListOperation<V> {
        @Override
        public int kind() {
            return OperationKind.DELETE;
        }
    }

    record Update<V>(long index, V value) implements ListOperation<V> {
        @Override
        public int kind() {
            return OperationKind.UPDATE;
        }
    }
}
