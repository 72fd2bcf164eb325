/**
 * The registry on the heap: for a node that is alone, and for tests and simulations, where several nodes of one JVM share
 * one {@link dev.weft.server.registry.memory.InMemoryDirectory}.
 */
package dev.weft.server.registry.memory;
