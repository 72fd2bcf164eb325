package dev.weft.protocol.message;

import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.Set;

/**
 * Opens a session on a document.
 *
 * @param versionVector what the client holds
 * @param capabilities extensions it asks for, see {@link Capability}; empty for a stock client
 */
public record HandshakeRequest(String documentId, PeerId author, VersionVector versionVector, Set<String> capabilities)
        implements AwareMessage {
    public HandshakeRequest {
        capabilities = Set.copyOf(capabilities);
    }

    @Override
    public MessageType type() {
        return MessageType.HANDSHAKE_REQUEST;
    }
}
