package dev.weft.crdt.change;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.id.OperationId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Many changes in one file, the "CRDTLF" format (spec crdt 8.3). */
public final class FramedChanges {
    private static final byte[] MAGIC = "CRDTLF".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;

    private FramedChanges() {}

    public static byte[] encode(Collection<Change> changes) {
        List<byte[]> blobs = new ArrayList<>(changes.size());
        changes.forEach(change -> blobs.add(encodeBlob(change)));
        return frame(blobs);
    }

    /** Reads all changes before any is used. @throws CrdtFormatException if anything is wrong with any of them */
    public static List<Change> decode(byte[] bytes) {
        List<Change> changes = new ArrayList<>();
        for (ByteReader blob : unframe(bytes)) {
            changes.add(decodeBlob(blob));
        }
        return changes;
    }

    static byte[] frame(List<byte[]> blobs) {
        ByteWriter writer = new ByteWriter(256);
        writer.writeBytes(MAGIC).writeByte(VERSION).writeUvarint(blobs.size());
        blobs.forEach(writer::writeBlob);
        return writer.toByteArray();
    }

    static List<ByteReader> unframe(byte[] bytes) {
        ByteReader reader = new ByteReader(bytes);
        if (reader.remaining() <= MAGIC.length) {
            throw new CrdtFormatException("Framed changes are too short");
        }
        for (byte expected : MAGIC) {
            if ((byte) reader.readByte("magic") != expected) {
                throw new CrdtFormatException("Not framed changes: wrong magic");
            }
        }
        int version = reader.readByte("version");
        if (version != VERSION) {
            throw new CrdtFormatException("Unsupported version of framed changes: " + version);
        }
        int count = reader.readCount(1, "framed changes");
        List<ByteReader> blobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blobs.add(reader.readBlobView("framed change"));
        }
        reader.expectEnd("framed changes");
        return blobs;
    }

    /* Not the form of Change: no schema, and the payload runs to the end of the blob. */
    private static byte[] encodeBlob(Change change) {
        ByteReader payload = change.payload();
        List<OperationId> dependencies = change.dependencies();
        ByteWriter writer = new ByteWriter(2 + (dependencies.size() + 1) * OperationId.BYTES + payload.remaining());
        writer.writeUvarint(dependencies.size());
        change.id().write(writer);
        dependencies.forEach(dependency -> dependency.write(writer));
        return writer.writeBytes(payload.array(), payload.position(), payload.remaining())
                .toByteArray();
    }

    private static Change decodeBlob(ByteReader blob) {
        long count = blob.readUvarint("framed change");
        OperationId id = OperationId.read(blob);
        if (count > blob.remaining() / OperationId.BYTES) {
            throw new CrdtFormatException("Truncated deps of a framed change");
        }
        Set<OperationId> dependencies = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            dependencies.add(OperationId.read(blob));
        }
        return Change.of(id, dependencies, blob.readRemaining());
    }
}
