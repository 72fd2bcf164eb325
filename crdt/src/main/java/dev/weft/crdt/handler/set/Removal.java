package dev.weft.crdt.handler.set;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.List;

/**
 * What a removal says besides the key, in the set and in the map alike.
 *
 * @param tags the adds its author had seen
 * @param removeAll whether it also removes what a snapshot left without tags
 */
public record Removal(List<OperationId> tags, boolean removeAll) {
    public Removal {
        tags = List.copyOf(tags);
    }

    public static Removal read(ByteReader body) {
        int count = body.readCount(OperationId.BYTES, "tags");
        List<OperationId> tags = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tags.add(OperationId.read(body));
        }
        return new Removal(tags, body.readByte("removeAll") != 0);
    }

    public void write(ByteWriter body) {
        body.writeUvarint(tags.size());
        tags.forEach(tag -> tag.write(body));
        body.writeByte(removeAll ? 1 : 0);
    }
}
