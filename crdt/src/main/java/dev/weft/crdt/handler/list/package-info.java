/**
 * A list by index. {@link dev.weft.crdt.handler.list.ListHandler} is small and fast, and concurrent edits may land
 * beside each other's intent; where that matters, a Fugue list keeps elements in their place.
 */
package dev.weft.crdt.handler.list;
