package dev.weft.crdt.clock;

/** A remote stamp lies further ahead of physical time than the caller allows. The clock that met it is unchanged. */
public final class ClockDriftException extends RuntimeException {
    public ClockDriftException(String message) {
        super(message);
    }
}
