package dev.weft.crdt.document;

import dev.weft.crdt.CrdtException;

/** A single change was not taken in; {@link #refusal} says why. The document is as it was. */
public final class ChangeRefusedException extends CrdtException {
    private final transient Refusal refusal;

    public ChangeRefusedException(Refusal refusal) {
        super("Refused change " + refusal.id() + ": " + refusal.message());
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }
}
