package dev.weft.protocol.message;

/**
 * Something failed.
 *
 * @param code see {@link ErrorCode}
 * @param message for people, never interpreted
 */
public record ErrorMessage(String documentId, String code, String message) implements SharedMessage {
    @Override
    public MessageType type() {
        return MessageType.ERROR;
    }
}
