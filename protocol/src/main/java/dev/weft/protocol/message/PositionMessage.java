package dev.weft.protocol.message;

/**
 * The client was sent all that the document's log contains up to a number. Only with {@link Capability#RESUME}.
 *
 * @param seq counts in the log that the answer to the handshake named
 */
public record PositionMessage(String documentId, long seq) implements AwareMessage {
    @Override
    public MessageType type() {
        return MessageType.POSITION;
    }
}
