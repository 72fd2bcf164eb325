package dev.weft.client.event;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.version.VersionVector;
import java.util.List;
import java.util.Set;

/** Something an application may want to know. Delivered on the client's context, in order. */
public sealed interface ClientEvent {
    /** The status is another one than before. */
    record StatusChanged(ConnectionStatus status) implements ClientEvent {}

    /** The server answered the handshake. @param capabilities the extensions it granted */
    record SessionOpened(String sessionId, Set<String> capabilities) implements ClientEvent {}

    /**
     * Changes of others became part of the document.
     *
     * @param changes at least one, each only once however often it was sent, in the order in which they were applied;
     *     {@link Change#envelope} names the handler
     */
    record ChangesApplied(List<Change> changes) implements ClientEvent {
        public ChangesApplied {
            changes = List.copyOf(changes);
        }

        public int count() {
            return changes.size();
        }
    }

    /** The content of a snapshot became part of the document. Changes that came with it are told of separately. */
    record SnapshotAdopted(Snapshot snapshot) implements ClientEvent {}

    /** Everything this vector covers survives the loss of the server that told us. */
    record Durable(VersionVector versionVector) implements ClientEvent {}

    /**
     * Something failed; the client carries on.
     *
     * @param text for people
     * @param code of the server's error message, null for everything else
     */
    record Problem(ProblemKind kind, String text, String code) implements ClientEvent {
        public static Problem of(ProblemKind kind, String text) {
            return new Problem(kind, text, null);
        }
    }
}
