package dev.weft.protocol.message;

/**
 * The oldest unanswered push is durable.
 *
 * @param seq the last number given to it
 * @param count how many blobs were stored
 * @param logLength entries in the log
 * @param compact whether a snapshot upload is asked for
 */
public record Ack(String documentId, long seq, long count, long logLength, boolean compact) implements RelayMessage {
    @Override
    public MessageType type() {
        return MessageType.ACK;
    }
}
