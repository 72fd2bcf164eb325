package dev.weft.crdt.handler.map;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.handler.set.Removal;
import dev.weft.crdt.id.OperationId;

/** The edits of {@link OrMapHandler}. */
sealed interface OrMapOperation<K, V> extends Operation {
    K key();

    record Put<K, V>(K key, V value, OperationId tag) implements OrMapOperation<K, V> {
        @Override
        public int kind() {
            return OperationKind.INSERT;
        }
    }

    record Remove<K, V>(K key, Removal removal) implements OrMapOperation<K, V> {
        @Override
        public int kind() {
            return OperationKind.DELETE;
        }
    }
}
