package dev.weft.protocol.message;

import java.util.List;

/**
 * The blobs of one push of another member; they occupy the numbers after {@code seq - changes.size()} up to {@code seq}.
 *
 * @param from session id of the author; may be null
 */
public record RelayChanges(String documentId, List<String> changes, long seq, String from) implements RelayMessage {
    public RelayChanges {
        changes = List.copyOf(changes);
    }

    @Override
    public MessageType type() {
        return MessageType.RELAY_CHANGES;
    }
}
