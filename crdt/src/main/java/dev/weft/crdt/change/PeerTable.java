package dev.weft.crdt.change;

import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The peers a history speaks of, numbered in order of appearance, and the changes of each sorted by clock. */
final class PeerTable {
    private static final int NONE = -1;

    private final List<PeerId> peers = new ArrayList<>();
    private final List<IntList> changes = new ArrayList<>();
    private final Map<PeerId, Integer> indexes = new HashMap<>();
    /* By first byte of a peer id, the peer interned last with that byte: finds ids inside operation bodies. */
    private final int[] byFirstByte = new int[256];
    private int lastFound = NONE;

    PeerTable() {
        java.util.Arrays.fill(byFirstByte, NONE);
    }

    int size() {
        return peers.size();
    }

    PeerId peer(int index) {
        return peers.get(index);
    }

    /** The ordinals of a peer's changes, ascending by clock. Empty for a peer only mentioned. */
    IntList changes(int index) {
        return changes.get(index);
    }

    int indexOf(PeerId peer) {
        if (lastFound != NONE && peers.get(lastFound).equals(peer)) {
            return lastFound;
        }
        Integer index = indexes.get(peer);
        if (index == null) {
            return NONE;
        }
        lastFound = index;
        return index;
    }

    int intern(PeerId peer) {
        int known = indexOf(peer);
        if (known != NONE) {
            return known;
        }
        int index = peers.size();
        peers.add(peer);
        changes.add(new IntList());
        indexes.put(peer, index);
        byFirstByte[(int) (peer.high() >>> 56)] = index;
        return index;
    }

    /** A peer whose id may begin with this byte, or -1. */
    int candidate(byte first) {
        return byFirstByte[first & 0xff];
    }
}
