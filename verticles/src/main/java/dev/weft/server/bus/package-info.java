/**
 * What gateways and owners say to each other, and the addresses they say it to. Read {@link
 * dev.weft.server.bus.BusMessage} first: a link (one gateway's interest in one document) talks to the owner of that
 * document with {@link dev.weft.server.bus.OwnerMessage}s and is answered with {@link
 * dev.weft.server.bus.LinkMessage}s. Every message is one-way and may be lost, repeated or late; numbers and epochs in
 * the messages make that harmless. Must not know how either side decides.
 */
package dev.weft.server.bus;
