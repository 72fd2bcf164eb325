package dev.weft.crdt.codec;

import dev.weft.crdt.CrdtException;

/** Bytes or text that are not what they claim to be. Decoders throw this and nothing else. */
public final class CrdtFormatException extends CrdtException {
    public CrdtFormatException(String message) {
        super(message);
    }

    public CrdtFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
