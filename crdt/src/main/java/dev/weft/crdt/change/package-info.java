/**
 * The history. {@link dev.weft.crdt.change.Change} is the unit of exchange, {@link dev.weft.crdt.change.ChangeStore}
 * keeps very many of them in little memory, and {@link dev.weft.crdt.change.PendingChanges} holds those that came too
 * early. {@code ChangeLog} explains how changes lie in memory. Knows ids, clocks and bytes; must not know documents or
 * handlers.
 */
package dev.weft.crdt.change;
