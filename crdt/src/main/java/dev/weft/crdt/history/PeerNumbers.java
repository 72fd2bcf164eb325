package dev.weft.crdt.history;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The peers a block speaks of, numbered in order of appearance. */
final class PeerNumbers {
    /** Peers first met inside operations; more than so many in one block are left as bytes. */
    private static final int MENTIONED_MAX = 256;

    private final List<PeerId> peers = new ArrayList<>();
    private final Map<PeerId, Integer> numbers = new HashMap<>();
    /* By first byte, the numbers of the peers that begin with it; null for none. */
    private final int[][] byFirstByte = new int[256][];
    private int mentioned;

    int size() {
        return peers.size();
    }

    PeerId get(int number) {
        return peers.get(number);
    }

    int intern(PeerId peer) {
        Integer known = numbers.get(peer);
        if (known != null) {
            return known;
        }
        int number = peers.size();
        peers.add(peer);
        numbers.put(peer, number);
        int first = (int) (peer.high() >>> 56);
        int[] others = byFirstByte[first] == null ? new int[0] : byFirstByte[first];
        byFirstByte[first] = Arrays.copyOf(others, others.length + 1);
        byFirstByte[first][others.length] = number;
        return number;
    }

    /** The number of the peer whose bytes stand there; -1 if it has none. */
    int known(byte[] bytes, int at) {
        int[] candidates = byFirstByte[bytes[at] & 0xff];
        if (candidates == null) {
            return -1;
        }
        ByteReader reader = new ByteReader(bytes, at, PeerId.BYTES);
        long high = reader.readLong("peer");
        long low = reader.readLong("peer");
        for (int number : candidates) {
            if (peers.get(number).high() == high && peers.get(number).low() == low) {
                return number;
            }
        }
        return -1;
    }

    /** As {@link #known}; gives a number to what looks like a peer id, which is a version 4 UUID. */
    int ofElement(byte[] bytes, int at) {
        int known = known(bytes, at);
        boolean isUuid = (bytes[at + 6] & 0xf0) == 0x40 && (bytes[at + 8] & 0xc0) == 0x80;
        if (known >= 0 || !isUuid || mentioned == MENTIONED_MAX) {
            return known;
        }
        mentioned++;
        return intern(PeerId.read(new ByteReader(bytes, at, PeerId.BYTES)));
    }
}
