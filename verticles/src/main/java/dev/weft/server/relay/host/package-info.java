/**
 * What the owner of a relay room decides: a log of opaque blobs in one order, a snapshot now and then. Read {@link
 * dev.weft.server.relay.host.RelayRoom} first. Plain state machines, as in {@code document.host}.
 */
package dev.weft.server.relay.host;
