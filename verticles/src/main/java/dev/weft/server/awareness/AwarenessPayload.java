package dev.weft.server.awareness;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the two sides of the plugin say to each other.
 *
 * @param kind what it means
 * @param states clients that are there
 * @param gone clients that are not
 */
record AwarenessPayload(Kind kind, Map<String, ClientAwareness> states, List<String> gone) {
    enum Kind {
        /** Upwards: all of a link's clients, and please say who else is there. */
        ANNOUNCE,
        /** Downwards: everybody. */
        EVERYBODY,
        /** Both ways: these changed or went. */
        CHANGED
    }

    private static final MessageCodec CODEC =
            new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, List.of(new AwarenessCodec()));

    static AwarenessPayload announce(Map<String, ClientAwareness> states) {
        return new AwarenessPayload(Kind.ANNOUNCE, states, List.of());
    }

    static AwarenessPayload everybody(Map<String, ClientAwareness> states) {
        return new AwarenessPayload(Kind.EVERYBODY, states, List.of());
    }

    static AwarenessPayload changed(ClientAwareness state) {
        return new AwarenessPayload(Kind.CHANGED, Map.of(state.clientId(), state), List.of());
    }

    static AwarenessPayload gone(List<String> clientIds) {
        return new AwarenessPayload(Kind.CHANGED, Map.of(), clientIds);
    }

    byte[] encode() {
        ByteWriter out = new ByteWriter(256).writeByte(kind.ordinal());
        out.writeUvarint(gone.size());
        gone.forEach(out::writeString);
        // Metadata is JSON of the application's, and this is the one way to write it that every node reads.
        out.writeBytes(CODEC.encode(new AwarenessState("", states)));
        return out.toByteArray();
    }

    static AwarenessPayload decode(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int kind = in.readByte("awareness payload");
        if (kind >= Kind.values().length) {
            throw new CrdtFormatException("Unknown awareness payload " + kind);
        }
        int count = in.readCount(1, "clients");
        List<String> gone = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            gone.add(in.readString("client"));
        }
        AwarenessState states = (AwarenessState) CODEC.decode(in.readRemaining());
        return new AwarenessPayload(Kind.values()[kind], states.awareness().states(), gone);
    }
}
