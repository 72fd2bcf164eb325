package dev.weft.server.relay.host;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A room's snapshot as the store keeps it.
 *
 * @param content what a member uploaded
 * @param upToSeq the last number it covers
 * @param pushes outcomes of pushes whose entries the snapshot replaced
 */
record RelaySnapshot(byte[] content, long upToSeq, Map<PushKey, Outcome> pushes) {
    private static final int FORMAT = 1;

    /** The numbers a push got: the last one, and how many. */
    record Outcome(long lastSeq, int count) {}

    byte[] encode() {
        ByteWriter out = new ByteWriter(content.length + 64).writeByte(FORMAT);
        out.writeUvarint(upToSeq).writeBlob(content).writeUvarint(pushes.size());
        pushes.forEach((push, outcome) -> {
            push.write(out);
            out.writeUvarint(outcome.lastSeq()).writeUvarint(outcome.count());
        });
        return out.toByteArray();
    }

    /** @throws CrdtFormatException if the bytes are no such snapshot */
    static RelaySnapshot decode(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int format = in.readByte("relay snapshot");
        if (format != FORMAT) {
            throw new CrdtFormatException("Relay snapshot of format " + format);
        }
        long upToSeq = in.readUvarint("sequence number");
        byte[] content = in.readBlob("snapshot");
        int count = in.readCount(4, "pushes");
        Map<PushKey, Outcome> pushes = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            PushKey push = PushKey.read(in);
            pushes.put(push, new Outcome(in.readUvarint("sequence number"), (int) in.readUvarint("count")));
        }
        return new RelaySnapshot(content, upToSeq, pushes);
    }
}
