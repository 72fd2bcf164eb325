/**
 * One way for a node to join a cluster: {@link dev.weft.cluster.ClusterOptions} says how,
 * {@link dev.weft.cluster.ClusteredVertx} does it. Read {@code ClusteredVertx} first. Membership and directory only: this
 * package knows nothing of documents, and what it says about members is a hint, never a proof.
 */
package dev.weft.cluster;
