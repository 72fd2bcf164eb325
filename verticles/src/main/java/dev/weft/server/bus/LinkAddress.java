package dev.weft.server.bus;

/**
 * Where a link lives: one gateway's interest in one document, for as long as it lasts. A gateway that lets go of a
 * document and takes it up again uses a new number, so that answers to the old link cannot reach the new one.
 *
 * @param nodeId the node of the gateway; unique per start of a process
 * @param gateway index of the gateway verticle on that node
 * @param number unique within the gateway
 */
public record LinkAddress(String nodeId, int gateway, long number) {}
