package dev.weft.protocol.message;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.version.VersionVector;
import java.util.List;

/**
 * The answer to {@link DocumentStatusRequest}.
 *
 * @param snapshot null when none is sent
 * @param versionVector the server state after snapshot and changes
 */
public record DocumentStatus(String documentId, Snapshot snapshot, List<Change> changes, VersionVector versionVector)
        implements AwareMessage {
    public DocumentStatus {
        changes = List.copyOf(changes);
    }

    @Override
    public MessageType type() {
        return MessageType.DOCUMENT_STATUS;
    }
}
