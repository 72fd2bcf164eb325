/**
 * A cluster in one thread: the real state machines of owners, links and clients on virtual time, a seeded network and a
 * seeded store. Read {@link dev.weft.server.simulation.Simulation} first; {@link
 * dev.weft.server.simulation.ClusterSimulationTest} says how to run and replay seeds. Nothing here touches a socket, a
 * thread or the system's clock, so a seed always gives the same run.
 */
package dev.weft.server.simulation;
