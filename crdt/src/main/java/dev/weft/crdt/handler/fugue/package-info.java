/**
 * What the Fugue text and the Fugue list share: operations on runs of elements, their bodies, the state around the tree
 * and the editing methods that turn an index into neighbours. Read {@link dev.weft.crdt.handler.fugue.FugueType} first;
 * the tree itself is in {@code dev.weft.crdt.sequence}.
 */
package dev.weft.crdt.handler.fugue;
