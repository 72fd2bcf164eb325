/**
 * People who write during a fault and remember what they were promised: {@link dev.weft.chaos.client.Writer} first. Weft's
 * own client, and one that behaves as stock clients do. Knows nothing of nodes or faults.
 */
package dev.weft.chaos.client;
