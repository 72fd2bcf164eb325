package dev.weft.crdt.change;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Replaces the 16 bytes of known peer ids inside operation bodies by their number. Most of a sequence operation is
 * peer ids, so this shrinks it to a third. Knows nothing of the body's format: it looks for the bytes.
 *
 * <p>Form: literal length and literal bytes, peer number, and so on until the original length is reached.
 */
final class PeerCompression {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int PEER_BYTES = 16;

    private final PeerTable peers;

    PeerCompression(PeerTable peers) {
        this.peers = peers;
    }

    /** Writes the compressed form. @return false if no peer was found; nothing is written then */
    boolean write(byte[] bytes, int from, int to, ByteWriter out) {
        int literal = from;
        boolean found = false;
        int lastStart = to - PEER_BYTES;
        for (int i = from; i <= lastStart; i++) {
            int candidate = peers.candidate(bytes[i]);
            if (candidate >= 0 && matches(bytes, i, candidate)) {
                out.writeUvarint(i - literal).writeBytes(bytes, literal, i - literal);
                out.writeUvarint(candidate);
                literal = i + PEER_BYTES;
                i = literal - 1;
                found = true;
            }
        }
        if (found) {
            out.writeUvarint(to - literal).writeBytes(bytes, literal, to - literal);
        }
        return found;
    }

    /** Restores {@code length} bytes. */
    byte[] read(ByteReader in, int length) {
        byte[] bytes = new byte[length];
        int at = 0;
        while (true) {
            int literal = in.readLength("literal");
            System.arraycopy(in.array(), in.position(), bytes, at, literal);
            in.skip(literal, "literal");
            at += literal;
            if (at == length) {
                return bytes;
            }
            var peer = peers.peer((int) in.readUvarint("peer"));
            LONG.set(bytes, at, peer.high());
            LONG.set(bytes, at + 8, peer.low());
            at += PEER_BYTES;
        }
    }

    private boolean matches(byte[] bytes, int at, int candidate) {
        var peer = peers.peer(candidate);
        return (long) LONG.get(bytes, at) == peer.high() && (long) LONG.get(bytes, at + 8) == peer.low();
    }
}
