/**
 * The history: {@link dev.weft.crdt.change.Change} is the unit of exchange. Knows ids, clocks and bytes; must not know
 * documents or handlers.
 */
package dev.weft.crdt.change;
