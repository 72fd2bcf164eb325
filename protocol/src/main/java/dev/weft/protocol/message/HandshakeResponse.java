package dev.weft.protocol.message;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.version.VersionVector;
import java.util.List;
import java.util.Set;

/**
 * What the client lacks.
 *
 * @param snapshot null when none is sent
 * @param versionVector the server state after snapshot and changes
 * @param capabilities extensions granted
 */
public record HandshakeResponse(
        String documentId,
        Snapshot snapshot,
        List<Change> changes,
        String sessionId,
        VersionVector versionVector,
        Set<String> capabilities)
        implements AwareMessage {
    public HandshakeResponse {
        changes = List.copyOf(changes);
        capabilities = Set.copyOf(capabilities);
    }

    @Override
    public MessageType type() {
        return MessageType.HANDSHAKE_RESPONSE;
    }
}
