/**
 * What the protocol demands, shown from outside. {@link dev.weft.server.conformance.WireExchangesIT} walks the rows of its
 * state machines over bare sockets, by scripts of "send this, expect that"; the other classes play recorded sessions,
 * stock clients and crowds. The checklist in docs/testing.md says which test shows which demand.
 */
package dev.weft.server.conformance;
