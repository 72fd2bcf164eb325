package dev.weft.crdt.handler.register;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.handler.Operation;

/** The one edit of {@link RegisterHandler}. */
record RegisterOperation<V>(V value) implements Operation {
    @Override
    public int kind() {
        return OperationKind.INSERT;
    }
}
