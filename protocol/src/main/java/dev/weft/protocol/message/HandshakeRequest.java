package dev.weft.protocol.message;

import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.Set;

/**
 * Opens a session on a document.
 *
 * @param versionVector what the client holds; with {@code resume} only what it holds besides all before that place
 * @param capabilities extensions it asks for, see {@link Capability}; empty for a stock client
 * @param resume where an earlier session stood; null to begin anew
 */
public record HandshakeRequest(
        String documentId, PeerId author, VersionVector versionVector, Set<String> capabilities, ResumePoint resume)
        implements AwareMessage {
    public HandshakeRequest {
        capabilities = Set.copyOf(capabilities);
    }

    /** Begins anew. */
    public HandshakeRequest(String documentId, PeerId author, VersionVector versionVector, Set<String> capabilities) {
        this(documentId, author, versionVector, capabilities, null);
    }

    @Override
    public MessageType type() {
        return MessageType.HANDSHAKE_REQUEST;
    }
}
