/**
 * A set in which a removal only removes what its author had seen. Read
 * {@link dev.weft.crdt.handler.set.ObservedRemove} first: it is the algorithm of the set and of the observed-remove map.
 */
package dev.weft.crdt.handler.set;
