package dev.weft.server.simulation;

/** An invariant does not hold. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1;

    private final transient Invariant invariant;

    Violation(Invariant invariant, String what) {
        super(invariant + " (" + invariant.meaning() + "): " + what);
        this.invariant = invariant;
    }

    Invariant invariant() {
        return invariant;
    }
}
