package dev.weft.crdt.handler.map;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.handler.Operation;

/** The edits of {@link MapHandler}. */
sealed interface MapOperation<V> extends Operation {
    String key();

    record Put<V>(String key, V value) implements MapOperation<V> {
        @Override
        public int kind() {
            return OperationKind.INSERT;
        }
    }

    record Delete<V>(String key) implements MapOperation<V> {
        @Override
        public int kind() {
            return OperationKind.DELETE;
        }
    }

    /** Replaces the value of a key that is present. */
    record Update<V>(String key, V value) implements MapOperation<V> {
        @Override
        public int kind() {
            return OperationKind.UPDATE;
        }
    }
}
