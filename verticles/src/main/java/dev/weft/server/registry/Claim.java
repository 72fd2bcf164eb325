package dev.weft.server.registry;

import java.util.Objects;

/**
 * A node asks to become the owner.
 *
 * @param claimId unique; the same for every repeat of this claim and for no other
 * @param presumedDead the owner that the claimant believes dead or silent, exactly as the registry showed it; null
 *     without suspicion. A wrong suspicion is harmless: the store refuses whoever holds the older epoch.
 */
public record Claim(String claimId, String nodeId, Ownership presumedDead) {
    public Claim {
        Objects.requireNonNull(claimId, "claimId");
        Objects.requireNonNull(nodeId, "nodeId");
    }

    public static Claim of(String claimId, String nodeId) {
        return new Claim(claimId, nodeId, null);
    }

    public Claim presumingDead(Ownership owner) {
        return new Claim(claimId, nodeId, owner);
    }
}
