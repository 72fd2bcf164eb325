package dev.weft.crdt.handler.set;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.id.OperationId;

/** The edits of {@link OrSetHandler}. */
sealed interface OrSetOperation<V> extends Operation {
    V value();

    record Add<V>(V value, OperationId tag) implements OrSetOperation<V> {
        @Override
        public int kind() {
            return OperationKind.INSERT;
        }
    }

    record Remove<V>(V value, Removal removal) implements OrSetOperation<V> {
        @Override
        public int kind() {
            return OperationKind.DELETE;
        }
    }
}
