package dev.weft.protocol.message;

import dev.weft.crdt.version.VersionVector;

/**
 * Asks for what the client lacks.
 *
 * @param versionVector what it holds; null asks for everything
 */
public record DocumentStatusRequest(String documentId, VersionVector versionVector) implements AwareMessage {
    @Override
    public MessageType type() {
        return MessageType.DOCUMENT_STATUS_REQUEST;
    }
}
