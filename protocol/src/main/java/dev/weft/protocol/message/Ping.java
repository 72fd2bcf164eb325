package dev.weft.protocol.message;

import dev.weft.crdt.version.VersionVector;

/**
 * Asks for a sign of life.
 *
 * @param timestamp milliseconds since the epoch, only echoed
 * @param versionVector what an aware client holds; null from relay and old clients
 */
public record Ping(String documentId, long timestamp, VersionVector versionVector) implements SharedMessage {
    @Override
    public MessageType type() {
        return MessageType.PING;
    }
}
