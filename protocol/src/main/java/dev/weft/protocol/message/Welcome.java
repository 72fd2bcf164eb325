package dev.weft.protocol.message;

import java.util.List;
import java.util.Set;

/**
 * The state of a room.
 *
 * @param snapshot null when there is none
 * @param changes the log after the snapshot, or after the place from which the session goes on
 * @param seq the last number given in the room
 * @param logLength entries in the log
 * @param compact whether a snapshot upload is asked for
 * @param capabilities extensions granted
 * @param resume the log, and from where the session goes on; null unless {@link Capability#RESUME} is granted
 */
public record Welcome(
        String documentId,
        String sessionId,
        String snapshot,
        List<String> changes,
        long seq,
        long logLength,
        boolean compact,
        Set<String> capabilities,
        ResumePoint resume)
        implements RelayMessage {
    public Welcome {
        changes = List.copyOf(changes);
        capabilities = Set.copyOf(capabilities);
    }

    /** Nothing about resuming. */
    public Welcome(
            String documentId,
            String sessionId,
            String snapshot,
            List<String> changes,
            long seq,
            long logLength,
            boolean compact,
            Set<String> capabilities) {
        this(documentId, sessionId, snapshot, changes, seq, logLength, compact, capabilities, null);
    }

    @Override
    public MessageType type() {
        return MessageType.WELCOME;
    }
}
