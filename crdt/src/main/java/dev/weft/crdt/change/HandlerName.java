package dev.weft.crdt.change;

import dev.weft.crdt.codec.ByteWriter;

/** Which handler an operation edits: both parts must match (spec crdt 7.2). */
public record HandlerName(String type, String id) {
    /** How an envelope begins. */
    byte[] encode() {
        return new ByteWriter(type.length() + id.length() + 2)
                .writeString(type)
                .writeString(id)
                .toByteArray();
    }
}
