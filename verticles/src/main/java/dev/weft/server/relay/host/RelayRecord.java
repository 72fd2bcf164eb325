package dev.weft.server.relay.host;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;

/**
 * One entry of a room as the store keeps it: the blob, who pushed it, and as which part of which push.
 *
 * @param sessionId of the author
 * @param count how many blobs the push had
 */
record RelayRecord(PushKey push, String sessionId, int count, byte[] blob) {
    private static final int FORMAT = 1;

    byte[] encode() {
        ByteWriter out = new ByteWriter(blob.length + 96).writeByte(FORMAT);
        push.write(out);
        out.writeString(sessionId).writeUvarint(count).writeBytes(blob);
        return out.toByteArray();
    }

    /** @throws CrdtFormatException if the bytes are no such record */
    static RelayRecord decode(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int format = in.readByte("relay record");
        if (format != FORMAT) {
            throw new CrdtFormatException("Relay record of format " + format);
        }
        PushKey push = PushKey.read(in);
        String sessionId = in.readString("session");
        int count = (int) in.readUvarint("count");
        return new RelayRecord(push, sessionId, count, in.readRemaining());
    }
}
