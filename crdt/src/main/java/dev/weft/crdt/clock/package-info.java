/**
 * Hybrid logical clocks: stamps that never go backwards. Read {@link dev.weft.crdt.clock.HybridTimestamp} first.
 * {@link dev.weft.crdt.clock.WallClock} is the only door to physical time in this module.
 */
package dev.weft.crdt.clock;
