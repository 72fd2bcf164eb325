package dev.weft.server.registry;

import java.util.Objects;

/**
 * The address of a document in the cluster. The kind is part of it: an aware document and a relay room of the same id
 * are two documents, with an owner, an epoch and a log each.
 */
public record DocumentKey(DocumentKind kind, String id) implements Comparable<DocumentKey> {
    /** The longest id, in bytes of UTF-8. */
    public static final int ID_BYTES_MAX = 1_024;

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

    /**
     * The rule for ids, which every store can keep: not empty, valid Unicode without U+0000, not too long.
     *
     * @return what is wrong with an id, as a sentence; null if nothing is
     */
    public static String faultOf(String id, int bytesMax) {
        if (id.isEmpty()) {
            return "a document id must not be empty";
        }
        if (id.indexOf('\0') >= 0) {
            return "a document id must not contain U+0000";
        }
        int bytes = 0;
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean isPair =
                    Character.isHighSurrogate(c) && i + 1 < id.length() && Character.isLowSurrogate(id.charAt(i + 1));
            if (Character.isSurrogate(c) && !isPair) {
                return "a document id must be valid Unicode";
            }
            bytes += isPair ? 4 : c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            i += isPair ? 1 : 0;
        }
        return bytes > bytesMax ? "a document id must not be longer than " + bytesMax + " bytes" : null;
    }

    /**
     * The rule for ids that somebody outside may open: control characters could be stored, and would forge lines of logs and
     * confuse terminals.
     *
     * @return what is wrong with an id, as a sentence; null if nothing is
     */
    public static String faultForClients(String id) {
        String fault = faultOf(id, ID_BYTES_MAX);
        boolean hasControls = id.chars().anyMatch(Character::isISOControl);
        return fault == null && hasControls ? "a document id must not contain control characters" : fault;
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
