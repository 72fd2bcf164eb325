package dev.weft.protocol.message;

import dev.weft.crdt.version.VersionVector;

/** Everything this vector covers survives the loss of the owner. Only with {@link Capability#ACK}. */
public record DurableMessage(String documentId, VersionVector versionVector) implements AwareMessage {
    @Override
    public MessageType type() {
        return MessageType.DURABLE;
    }
}
