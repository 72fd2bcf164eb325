package dev.weft.server.registry;

import java.util.Objects;

/**
 * The address of a document in the cluster. The kind is part of it: an aware document and a relay room of the same id
 * are two documents, with an owner, an epoch and a log each.
 */
public record DocumentKey(DocumentKind kind, String id) implements Comparable<DocumentKey> {
    public DocumentKey {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(id, "id");
    }

    public static DocumentKey aware(String id) {
        return new DocumentKey(DocumentKind.AWARE, id);
    }

    public static DocumentKey relay(String id) {
        return new DocumentKey(DocumentKind.RELAY, id);
    }

    @Override
    public int compareTo(DocumentKey other) {
        int byKind = kind.compareTo(other.kind);
        return byKind != 0 ? byKind : id.compareTo(other.id);
    }

    /** For logs: {@code aware/paper}. */
    @Override
    public String toString() {
        return (kind == DocumentKind.AWARE ? "aware/" : "relay/") + id;
    }
}
