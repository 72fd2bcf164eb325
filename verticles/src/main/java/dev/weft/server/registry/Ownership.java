package dev.weft.server.registry;

import java.util.Objects;

/**
 * What the registry says of a document: who hosts it, or is about to, or has just let go of it. A hint for routing;
 * the right to write comes from the store's epoch alone.
 *
 * @param nodeId the node that claimed
 * @param epoch the store's epoch once {@link State#ACTIVE}; 0 while {@link State#CLAIMING}, when it is not known yet
 * @param claimId names this claim, so that a repeated or late call cannot touch another
 * @param hint after a planned hand-off, the node that should claim next; null otherwise
 */
public record Ownership(String nodeId, long epoch, String claimId, State state, String hint) {
    /** How far the claim has come. */
    public enum State {
        /** Won the registry, not yet the store: messages for the document may be sent there and wait. */
        CLAIMING,
        /** Holds the store's epoch and serves. */
        ACTIVE,
        /** Flushed and let go; whoever comes first may claim, the hinted node is expected to. */
        RELEASING
    }

    public Ownership {
        Objects.requireNonNull(nodeId, "nodeId");
        Objects.requireNonNull(claimId, "claimId");
        Objects.requireNonNull(state, "state");
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch " + epoch + " is negative");
        }
    }

    public static Ownership claiming(String nodeId, String claimId) {
        return new Ownership(nodeId, 0, claimId, State.CLAIMING, null);
    }

    public static Ownership active(String nodeId, String claimId, long epoch) {
        return new Ownership(nodeId, epoch, claimId, State.ACTIVE, null);
    }

    /** Whether both speak of the same claim at the same epoch: what a suspicion must match to be believed. */
    public boolean isSameClaimAs(Ownership other) {
        return other != null && claimId.equals(other.claimId) && nodeId.equals(other.nodeId) && epoch == other.epoch;
    }

    public boolean isClaim(String id) {
        return claimId.equals(id);
    }

    /** Where to send messages for the document; after a hand-off, the node that was told to take over. */
    public String route() {
        return state == State.RELEASING && hint != null ? hint : nodeId;
    }

    /** Higher epoch first; the claim id only makes equal epochs come out the same on every node. */
    public boolean outranks(Ownership other) {
        return epoch != other.epoch ? epoch > other.epoch : claimId.compareTo(other.claimId) > 0;
    }
}
