package dev.weft.server.simulation;

/** What must hold, whatever happens. */
enum Invariant {
    I1_ONE_OWNER_PER_EPOCH("at most one owner acts in an epoch, and a node claims a document once at a time"),
    I2_EPOCHS_RISE("the store never gives an epoch twice, nor a lower one"),
    I3_STALE_WRITES_FAIL("nobody writes with an epoch that is not the newest"),
    I4_ACKNOWLEDGED_IS_STORED("what was acknowledged, or shown to others, is in the store and stays there"),
    I5_SEQUENCE_WITHOUT_GAP("each number of a relay room means one blob for everybody, and none is left out"),
    I6_CONVERGENCE("when all is well again, all replicas become equal"),
    I7_HANDSHAKE_ANSWERED("a handshake is answered or refused within four seconds"),
    I8_ORDERLY_DRAIN("a node that leaves first gives its documents away, then its sessions, and refuses none of them"),
    I9_IDLE_IS_FREED("documents and links that nobody uses leave memory"),
    I10_BOUNDED("buffers stay within their bounds"),
    ONCE("a session gets no change twice, unless it said that it lacks it"),
    NO_OWN_CHANGES("an author does not get its own changes back"),
    CAUSAL("a session gets no change before what it depends on"),
    RESUME("a place in the log that a client is told is stored, and the client holds all before it"),
    GOES_ON("people of a document see each other's edits while the store does not answer");

    private final String meaning;

    Invariant(String meaning) {
        this.meaning = meaning;
    }

    String meaning() {
        return meaning;
    }
}
