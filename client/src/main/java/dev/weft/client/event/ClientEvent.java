package dev.weft.client.event;

import dev.weft.crdt.version.VersionVector;
import java.util.Set;

/** Something an application may want to know. Delivered on the client's context, in order. */
public sealed interface ClientEvent {
    /** The status is another one than before. */
    record StatusChanged(ConnectionStatus status) implements ClientEvent {}

    /** The server answered the handshake. @param capabilities the extensions it granted */
    record SessionOpened(String sessionId, Set<String> capabilities) implements ClientEvent {}

    /** Changes of others became part of the document. @param count how many; at least 1 */
    record ChangesApplied(int count) implements ClientEvent {}

    /** The content of a snapshot became part of the document. */
    record SnapshotAdopted(VersionVector versionVector) implements ClientEvent {}

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
