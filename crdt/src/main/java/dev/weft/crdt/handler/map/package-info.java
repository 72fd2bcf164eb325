/**
 * Maps. {@link dev.weft.crdt.handler.map.MapHandler}: text keys, the last write wins.
 * {@link dev.weft.crdt.handler.map.OrMapHandler}: any keys, and a removal only removes what its author had seen.
 */
package dev.weft.crdt.handler.map;
