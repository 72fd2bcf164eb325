package dev.weft.cluster;

/**
 * Told when the view of the cluster changes: hints to look again at who owns what, never proof. Called one at a time on
 * the membership's own thread, where it may call Hazelcast, but must not linger.
 */
public interface MembershipListener {
    default void nodeJoined(ClusterNode node) {}

    default void nodeLeft(ClusterNode node) {}

    /** This node's half of a divided cluster has just joined the other half: entries may have changed under us. */
    default void merged() {}
}
