package dev.weft.protocol.message;

/**
 * A snapshot of a room.
 *
 * @param upToSeq the last number it covers
 */
public record SnapshotUpload(String documentId, String snapshot, long upToSeq) implements RelayMessage {
    @Override
    public MessageType type() {
        return MessageType.SNAPSHOT_UPLOAD;
    }
}
