package dev.weft.crdt.document;

import dev.weft.crdt.CrdtException;
import dev.weft.crdt.id.OperationId;

/** A change depends on one that is neither stored nor covered by a snapshot. The document is as it was. */
public final class CausallyNotReadyException extends CrdtException {
    private final transient OperationId missing;

    public CausallyNotReadyException(OperationId id, OperationId missing) {
        super("Change " + id + " is not causally ready: it depends on " + missing);
        this.missing = missing;
    }

    /** The first dependency that is missing; there may be more. */
    public OperationId missing() {
        return missing;
    }
}
