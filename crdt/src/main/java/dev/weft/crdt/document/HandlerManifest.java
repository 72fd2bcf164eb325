package dev.weft.crdt.document;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The entry of a snapshot that says which handler has which type (spec crdt 11.4). */
final class HandlerManifest {
    private HandlerManifest() {}

    /** @param types handler id to type */
    static byte[] encode(Map<String, String> types) {
        ByteWriter writer = new ByteWriter(64);
        writer.writeUvarint(types.size());
        types.forEach((id, type) -> writer.writeString(id).writeString(type));
        return writer.toByteArray();
    }

    /** Handler id to type; empty if there is no snapshot, or no manifest in it that can be read. */
    static Map<String, String> readOrEmpty(Snapshot snapshot) {
        byte[] blob = snapshot == null ? null : snapshot.data().get(Snapshot.MANIFEST_KEY);
        if (blob == null) {
            return Map.of();
        }
        try {
            ByteReader reader = new ByteReader(blob);
            int count = reader.readCount(2, "handler manifest");
            Map<String, String> types = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                types.put(reader.readString("handler id"), reader.readString("handler type"));
            }
            return types;
        } catch (CrdtFormatException malformed) {
            // It only saves work: without it, types are known from changes, or when somebody creates the handler.
            return Map.of();
        }
    }
}
