package dev.weft.protocol.message;

import dev.weft.crdt.change.Change;

/** One change, in either direction. */
public record ChangeMessage(String documentId, Change change) implements AwareMessage {
    @Override
    public MessageType type() {
        return MessageType.CHANGE;
    }
}
