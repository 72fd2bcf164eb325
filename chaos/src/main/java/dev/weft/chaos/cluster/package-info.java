/**
 * Real nodes to break: processes, the network between them, their database. {@link dev.weft.chaos.cluster.Cluster} first.
 * Knows nothing of clients, nor of what is broken when.
 */
package dev.weft.chaos.cluster;
