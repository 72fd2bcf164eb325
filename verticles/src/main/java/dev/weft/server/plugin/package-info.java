/**
 * Extension points of the server. Read {@link dev.weft.server.plugin.ServerPlugin} first. A plugin that keeps state per
 * document brings two state machines, one beside every link ({@link dev.weft.server.plugin.LinkPlugin}) and one beside
 * the owner ({@link dev.weft.server.plugin.DocumentPlugin}), that talk to each other over the bus. No Vert.x here.
 */
package dev.weft.server.plugin;
