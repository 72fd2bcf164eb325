package dev.weft.server.registry;

import dev.weft.server.registry.Ownership.State;

/**
 * What each call does to a registry entry, for every implementation alike. Pure and repeatable: applied twice, a call
 * leaves what it left the first time, because a registry may carry out a call again after losing its answer.
 *
 * <p>Nothing here looks at the cluster's members. The entry processors run on the copies of an entry too, and a decision
 * that could differ between two nodes would leave two different copies.
 */
public final class OwnershipRules {
    private OwnershipRules() {}

    /** Grants if nobody is there, or has let go, or is exactly the owner presumed dead. */
    public static Ownership afterClaim(Ownership present, Claim claim) {
        if (present != null && present.isClaim(claim.claimId())) {
            // A repeat. What has become of the claim since, active or released, must not be set back.
            return present;
        }
        boolean isFree =
                present == null || present.state() == State.RELEASING || present.isSameClaimAs(claim.presumedDead());
        return isFree ? Ownership.claiming(claim.nodeId(), claim.claimId()) : present;
    }

    public static Ownership afterActivate(Ownership present, String claimId, long epoch) {
        return isActivated(present, claimId) ? Ownership.active(present.nodeId(), claimId, epoch) : present;
    }

    /** Whether the activation counts: the claim is still there and has not been released. */
    public static boolean isActivated(Ownership present, String claimId) {
        return present != null && present.isClaim(claimId) && present.state() != State.RELEASING;
    }

    /** Removes the entry of this claim, or turns it into a signpost to the hinted node. */
    public static Ownership afterRelease(Ownership present, String claimId, String hint) {
        if (present == null || !present.isClaim(claimId)) {
            return present;
        }
        return hint == null ? null : new Ownership(present.nodeId(), present.epoch(), claimId, State.RELEASING, hint);
    }

    /** Whether nobody else's claim is there: then this one is gone, now or since an earlier try. */
    public static boolean isReleased(Ownership present, String claimId) {
        return present == null || present.isClaim(claimId);
    }

    /** Of the entry and a hosting owner's own, the one that outranks the other. */
    public static Ownership afterReassert(Ownership present, Ownership mine) {
        return present == null || mine.outranks(present) ? mine : present;
    }
}
