package dev.weft.crdt.change;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;

/**
 * What a change's payload says about itself: which handler it edits and how (spec crdt 7.1). The body follows the kind
 * and runs to the end of the payload.
 *
 * @param kind see {@link OperationKind}; 0 to 255
 * @param bodyOffset where the body begins, counted from the start of the array the payload was read from
 */
public record Envelope(String handlerType, String handlerId, int kind, int bodyOffset) {

    /** @throws dev.weft.crdt.codec.CrdtFormatException if type, id or kind are cut or not UTF-8 */
    public static Envelope read(ByteReader payload) {
        String type = payload.readString("handler type");
        String id = payload.readString("handler id");
        int kind = payload.readByte("operation kind");
        return new Envelope(type, id, kind, payload.position());
    }

    public static byte[] encode(String handlerType, String handlerId, int kind, byte[] body) {
        ByteWriter writer = new ByteWriter(handlerType.length() + handlerId.length() + body.length + 8);
        writer.writeString(handlerType).writeString(handlerId).writeByte(kind).writeBytes(body);
        return writer.toByteArray();
    }
}
