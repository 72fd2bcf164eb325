package dev.weft.crdt.sequence;

import dev.weft.crdt.id.PeerId;

/**
 * Consecutive elements of one peer: {@code first} to {@code first + count - 1}. What one keystroke, one paste or one
 * deleted word usually is.
 *
 * @param count at least 1
 */
public record ElementRange(PeerId peer, long first, int count) {

    /** @throws IllegalArgumentException if the range is empty or its counters are out of range */
    public ElementRange {
        if (peer == null || first < 0 || count < 1 || first > Long.MAX_VALUE - count) {
            throw new IllegalArgumentException("Invalid element range: " + peer + ":" + first + "+" + count);
        }
    }

    public ElementId firstId() {
        return new ElementId(peer, first);
    }

    public ElementId lastId() {
        return new ElementId(peer, first + count - 1);
    }

    public ElementId id(int offset) {
        return new ElementId(peer, first + offset);
    }

    /** True if {@code next} is the element that would make this range one longer. */
    public boolean isContinuedBy(ElementId next) {
        return next.counter() == first + count && peer.equals(next.peer());
    }
}
