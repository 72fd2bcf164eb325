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
 * @param versionVector the server state after snapshot and changes; only the author's part if the session goes on
 * @param capabilities extensions granted
 * @param resume the log, and from where the session goes on; null unless {@link Capability#RESUME} is granted
 */
public record HandshakeResponse(
        String documentId,
        Snapshot snapshot,
        List<Change> changes,
        String sessionId,
        VersionVector versionVector,
        Set<String> capabilities,
        ResumePoint resume)
        implements AwareMessage {
    public HandshakeResponse {
        changes = List.copyOf(changes);
        capabilities = Set.copyOf(capabilities);
    }

    /** Nothing about resuming. */
    public HandshakeResponse(
            String documentId,
            Snapshot snapshot,
            List<Change> changes,
            String sessionId,
            VersionVector versionVector,
            Set<String> capabilities) {
        this(documentId, snapshot, changes, sessionId, versionVector, capabilities, null);
    }

    @Override
    public MessageType type() {
        return MessageType.HANDSHAKE_RESPONSE;
    }
}
