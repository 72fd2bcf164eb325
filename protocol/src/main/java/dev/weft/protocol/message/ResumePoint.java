package dev.weft.protocol.message;

/**
 * A place in the log of a document or room, from which a session may go on after its connection is gone.
 *
 * @param log names the log in which the number counts, as the server called it; nothing else is to be read from it
 * @param after the number of the last entry before that place; {@link #NOWHERE} in an answer that does not go on
 */
public record ResumePoint(String log, long after) {
    /** In an answer: it is complete in itself and continues nothing. */
    public static final long NOWHERE = -1;

    /** A log by its name, for an answer that does not go on from anywhere. */
    public static ResumePoint of(String log) {
        return new ResumePoint(log, NOWHERE);
    }

    public boolean isSomewhere() {
        return after != NOWHERE;
    }
}
