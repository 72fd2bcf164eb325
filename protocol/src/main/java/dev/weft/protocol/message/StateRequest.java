package dev.weft.protocol.message;

/** Asks for a fresh {@link Welcome}. */
public record StateRequest(String documentId) implements RelayMessage {
    @Override
    public MessageType type() {
        return MessageType.STATE_REQUEST;
    }
}
