package dev.weft.crdt.document;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.handler.Handler;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** The entry of a snapshot that says which handler has which type (spec crdt 11.4). */
final class HandlerManifest {
    private HandlerManifest() {}

    static byte[] encode(Collection<? extends Handler<?, ?>> handlers) {
        ByteWriter writer = new ByteWriter(64);
        writer.writeUvarint(handlers.size());
        handlers.forEach(handler -> writer.writeString(handler.id()).writeString(handler.type()));
        return writer.toByteArray();
    }

    /** Handler id to type; empty if the snapshot has no manifest, or none that can be read. */
    static Map<String, String> read(Snapshot snapshot) {
        byte[] blob = snapshot.data().get(Snapshot.MANIFEST_KEY);
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
