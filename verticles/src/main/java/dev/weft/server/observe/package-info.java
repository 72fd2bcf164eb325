/**
 * What an operator sees of a node: {@link dev.weft.server.observe.ServerMetrics} names every figure, {@link
 * dev.weft.server.observe.HealthChecks} says whether it lives and may be sent clients, and {@link
 * dev.weft.server.observe.SlowLog} tells of single operations that took too long. Measures and decides nothing; must not
 * know how the figures get out.
 */
package dev.weft.server.observe;
