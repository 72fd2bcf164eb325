package dev.weft.crdt.history;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The parts of an encoded change (spec crdt 7.1, 8.1), as whoever stores changes without their bytes has them.
 *
 * @param prefix type and id of the handler, as the payload begins
 * @param bodyOffset where in the change its operation's body begins
 */
public record ChangeParts(OperationId id, List<OperationId> dependencies, byte[] prefix, int kind, int bodyOffset) {
    private static final int SCHEMA = 2;

    /** The parts, or null if the bytes are no change or not determined by their parts: varints may be longer than need be. */
    static ChangeParts of(byte[] bytes) {
        try {
            ChangeParts parts = read(bytes);
            byte[] joined =
                    join(parts.id, parts.dependencies, parts.prefix, parts.kind, bytes, parts.bodyOffset, bytes.length);
            boolean same = Arrays.equals(bytes, joined);
            return same ? parts : null;
        } catch (CrdtFormatException notAChange) {
            return null;
        }
    }

    private static ChangeParts read(byte[] bytes) {
        ByteReader reader = new ByteReader(bytes);
        if (reader.readByte("schema") != SCHEMA) {
            throw new CrdtFormatException("Another schema");
        }
        long count = reader.readUvarint("dependencies");
        OperationId id = OperationId.read(reader);
        if (count > reader.remaining() / OperationId.BYTES) {
            throw new CrdtFormatException("Truncated dependencies");
        }
        List<OperationId> dependencies = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            dependencies.add(OperationId.read(reader));
        }
        reader.readLength("payload");
        int prefix = reader.position();
        reader.skip(reader.readLength("handler type"), "handler type");
        reader.skip(reader.readLength("handler id"), "handler id");
        int prefixEnd = reader.position();
        int kind = reader.readByte("kind");
        return new ChangeParts(id, dependencies, Arrays.copyOfRange(bytes, prefix, prefixEnd), kind, reader.position());
    }

    /** The bytes of a change. @param body its body is what this array holds from {@code from} to {@code to} */
    public static byte[] join(
            OperationId id, List<OperationId> dependencies, byte[] prefix, int kind, byte[] body, int from, int to) {
        int payload = prefix.length + 1 + to - from;
        int length = 1
                + ByteWriter.uvarintLength(dependencies.size())
                + (dependencies.size() + 1) * OperationId.BYTES
                + ByteWriter.uvarintLength(payload)
                + payload;
        ByteWriter writer = new ByteWriter(length);
        writer.writeByte(SCHEMA).writeUvarint(dependencies.size());
        id.write(writer);
        dependencies.forEach(dependency -> dependency.write(writer));
        return writer.writeUvarint(payload)
                .writeBytes(prefix)
                .writeByte(kind)
                .writeBytes(body, from, to - from)
                .toByteArray();
    }
}
