/**
 * What can go wrong, each with a name: {@link dev.weft.chaos.fault.Fault} first, {@link dev.weft.chaos.fault.Faults} for
 * the list. Knows nodes and networks, and nothing of who writes meanwhile.
 */
package dev.weft.chaos.fault;
