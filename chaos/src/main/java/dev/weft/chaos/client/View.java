package dev.weft.chaos.client;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a replica holds at one moment. Immutable.
 *
 * @param content everything a person would see
 * @param changes the history it has
 * @param forgotten what its snapshot stands for instead; empty without one
 */
public record View(String content, Set<OperationId> changes, VersionVector forgotten) {
    static View of(Document document, String content) {
        return new View(
                content,
                document.exportChanges().stream().map(Change::id).collect(Collectors.toUnmodifiableSet()),
                document.lastSnapshot() == null
                        ? VersionVector.EMPTY
                        : document.lastSnapshot().versionVector());
    }

    public boolean holds(OperationId id) {
        return changes.contains(id) || forgotten.covers(id);
    }
}
