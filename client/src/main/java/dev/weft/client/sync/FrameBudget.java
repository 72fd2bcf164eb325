package dev.weft.client.sync;

import dev.weft.crdt.change.Change;
import java.nio.charset.StandardCharsets;

/**
 * Counts how large a message with several changes becomes, before compression. An upper estimate: every part is
 * counted as it is written, and names are counted as if each character needed an escape.
 */
final class FrameBudget {
    /** Field names, braces, type code and separators of the largest envelope that carries changes. */
    private static final int ENVELOPE_BYTES = 128;

    private static final int QUOTES_AND_COMMA = 3;
    private static final int ESCAPED_BYTES = 6;

    private final int bytesMax;
    private final int emptyBytes;
    private int bytes;

    FrameBudget(String documentId, int bytesMax) {
        this.bytesMax = bytesMax;
        int plain = documentId.getBytes(StandardCharsets.UTF_8).length;
        this.emptyBytes = ENVELOPE_BYTES + Math.min(plain * ESCAPED_BYTES, bytesMax / 2);
        this.bytes = emptyBytes;
    }

    void clear() {
        bytes = emptyBytes;
    }

    /** Counts an element in if it fits. The first one always does: a message cannot be split below one element. */
    boolean admit(int elementBytes) {
        boolean first = bytes == emptyBytes;
        if (!first && bytes + elementBytes > bytesMax) {
            return false;
        }
        bytes += elementBytes;
        return true;
    }

    boolean isExceeded() {
        return bytes > bytesMax;
    }

    static int bytesOf(Change change) {
        return base64Bytes(change.encoded().length) + QUOTES_AND_COMMA;
    }

    static int bytesOf(String blob) {
        return blob.length() + QUOTES_AND_COMMA;
    }

    static int base64Bytes(int rawBytes) {
        return (int) Math.min(Integer.MAX_VALUE / 2, (rawBytes + 2L) / 3 * 4);
    }
}
