package dev.weft.protocol.message;

/** The answer to {@link Ping}; both stamps in milliseconds since the epoch. */
public record Pong(String documentId, long originalTimestamp, long responseTimestamp) implements SharedMessage {
    @Override
    public MessageType type() {
        return MessageType.PONG;
    }
}
