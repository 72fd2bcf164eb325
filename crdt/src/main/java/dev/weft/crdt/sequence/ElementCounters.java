package dev.weft.crdt.sequence;

import dev.weft.crdt.CrdtException;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.id.PeerId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Per peer the greatest element counter used in one handler, so that no id is given out twice (spec crdt 16.9). What a
 * snapshot says about elements it no longer contains is its floor, kept apart because it is written last.
 */
public final class ElementCounters {
    private static final int BYTES_MIN = PeerId.BYTES + 1;

    private static final class Last {
        long counter;
    }

    private final Map<PeerId, Last> used = new LinkedHashMap<>();
    private final Map<PeerId, Long> floor = new LinkedHashMap<>();
    private PeerId recentPeer;
    private Last recent;

    public void use(PeerId peer, long counter) {
        if (!peer.equals(recentPeer)) {
            recentPeer = peer;
            recent = used.computeIfAbsent(peer, first -> new Last());
        }
        recent.counter = Math.max(recent.counter, counter);
    }

    public void use(ElementRange range) {
        use(range.peer(), range.first() + range.count() - 1);
    }

    public void use(ElementId id) {
        use(id.peer(), id.counter());
    }

    /**
     * The first counter this peer has not used; those behind it are free as well.
     *
     * @param count how many will be used
     * @throws CrdtException if fewer are left, which takes somebody who forged ids of this peer
     */
    public long next(PeerId peer, int count) {
        Last last = used.get(peer);
        long next = Math.max(last == null ? -1 : last.counter, floor.getOrDefault(peer, -1L)) + 1;
        if (next < 0 || next > Long.MAX_VALUE - count) {
            throw new CrdtException("No element counters are left for " + peer);
        }
        return next;
    }

    public void writeFloor(ByteWriter out) {
        Map<PeerId, Long> greatest = new LinkedHashMap<>();
        used.forEach((peer, last) -> greatest.put(peer, last.counter));
        floor.forEach((peer, counter) -> greatest.merge(peer, counter, Math::max));
        out.writeUvarint(greatest.size());
        greatest.forEach((peer, counter) -> {
            peer.write(out);
            out.writeUvarint(counter);
        });
    }

    /** Reads the floor at the end of a snapshot blob; older writers left it out. */
    public void readFloor(ByteReader in) {
        if (in.isExhausted()) {
            return;
        }
        int count = in.readCount(BYTES_MIN, "counter floor");
        for (int i = 0; i < count; i++) {
            floor.merge(PeerId.read(in), in.readUvarint("counter floor"), Math::max);
        }
    }
}
