package dev.weft.crdt.change;

import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The peers a history speaks of, numbered in order of appearance, and the changes of each sorted by clock. */
final class PeerTable {
    private static final int NONE = -1;

    private final List<PeerId> peers = new ArrayList<>();
    private final List<IntList> changes = new ArrayList<>();
    private final Map<PeerId, Integer> indexes = new HashMap<>();
    /* By the low bits of the first byte of a peer id, the peer interned last: finds ids inside operation bodies. */
    private int[] byFirstByte = {NONE, NONE, NONE, NONE};
    private int lastFound = NONE;

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
        if (index >= byFirstByte.length && byFirstByte.length < 256) {
            growCandidates();
        }
        addCandidate(index);
        return index;
    }

    private void growCandidates() {
        byFirstByte = new int[byFirstByte.length * 4];
        Arrays.fill(byFirstByte, NONE);
        for (int known = 0; known < peers.size(); known++) {
            addCandidate(known);
        }
    }

    private void addCandidate(int index) {
        byFirstByte[(int) (peers.get(index).high() >>> 56) & byFirstByte.length - 1] = index;
    }

    /** A peer whose id may begin with this byte, or -1. */
    int candidate(byte first) {
        return byFirstByte[first & byFirstByte.length - 1];
    }
}
