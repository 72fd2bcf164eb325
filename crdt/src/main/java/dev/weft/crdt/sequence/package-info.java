/**
 * Ordering concurrent inserts: the Fugue tree (spec crdt 16), stored as runs inside an order-statistics tree, so that
 * position to element and back, the next element, an insert and a delete each cost O(log n).
 *
 * <p>Read {@link dev.weft.crdt.sequence.FugueTree} first. Nothing here knows documents, changes or wire forms other
 * than that of an element id.
 */
package dev.weft.crdt.sequence;
