package dev.weft.server.relay.host;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.server.bus.LinkAddress;

/** Which push it was: a link never uses a number twice, so a push that comes again is known by this. */
record PushKey(LinkAddress link, long submit) {
    void write(ByteWriter out) {
        out.writeString(link.nodeId()).writeUvarint(link.gateway()).writeUvarint(link.number());
        out.writeUvarint(submit);
    }

    static PushKey read(ByteReader in) {
        LinkAddress link =
                new LinkAddress(in.readString("node"), (int) in.readUvarint("gateway"), in.readUvarint("link number"));
        return new PushKey(link, in.readUvarint("submission"));
    }
}
