package dev.weft.protocol.message;

import java.util.List;
import java.util.Set;

/**
 * The state of a room.
 *
 * @param snapshot null when there is none
 * @param changes the log after the snapshot
 * @param seq the last number given in the room
 * @param logLength entries in the log
 * @param compact whether a snapshot upload is asked for
 * @param capabilities extensions granted
 */
public record Welcome(
        String documentId,
        String sessionId,
        String snapshot,
        List<String> changes,
        long seq,
        long logLength,
        boolean compact,
        Set<String> capabilities)
        implements RelayMessage {
    public Welcome {
        changes = List.copyOf(changes);
        capabilities = Set.copyOf(capabilities);
    }

    @Override
    public MessageType type() {
        return MessageType.WELCOME;
    }
}
