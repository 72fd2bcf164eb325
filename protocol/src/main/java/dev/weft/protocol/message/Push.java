package dev.weft.protocol.message;

import java.util.List;

/** Blobs to append to the log of a room, one per change. */
public record Push(String documentId, List<String> changes) implements RelayMessage {
    public Push {
        changes = List.copyOf(changes);
    }

    @Override
    public MessageType type() {
        return MessageType.PUSH;
    }
}
