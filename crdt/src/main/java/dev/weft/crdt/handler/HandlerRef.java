package dev.weft.crdt.handler;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.StrictUtf8;

/**
 * A container's pointer to another handler of the same document (spec crdt 14.2, 17).
 *
 * @param type the child's handler type tag
 */
public record HandlerRef(String id, String type) {
    public static final ValueCodec<HandlerRef> CODEC = new ValueCodec<>() {
        @Override
        public byte[] encode(HandlerRef ref) {
            return new ByteWriter()
                    .writeString(ref.type)
                    .writeBytes(StrictUtf8.encode(ref.id))
                    .toByteArray();
        }

        @Override
        public HandlerRef decode(byte[] bytes) {
            ByteReader reader = new ByteReader(bytes);
            String type = reader.readString("reference type");
            return new HandlerRef(StrictUtf8.decode(reader.readRemaining()), type);
        }
    };
}
