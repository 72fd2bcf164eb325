package dev.weft.server.registry;

/** Why a document is not served to somebody who asked for it. */
public enum Refusal {
    /** Loading takes longer than anybody may wait; it goes on. */
    SLOW(true),
    /** The store did not answer, or said that it cannot now. */
    STORE_UNAVAILABLE(true),
    REGISTRY_UNAVAILABLE(true),
    /** Another node took the document each time we had it. */
    CONTENDED(true),
    /** This node is leaving and knows no other to send to. */
    DRAINING(true),
    /** More wait for this document than may. */
    OVERLOADED(true),
    /** The document fails to load; it is tried again after a pause. */
    QUARANTINED(true),
    /** There is no such document and none may be created. */
    NOT_FOUND(false);

    private final boolean retrySafe;

    Refusal(boolean retrySafe) {
        this.retrySafe = retrySafe;
    }

    public boolean isRetrySafe() {
        return retrySafe;
    }
}
