/**
 * What a node answers over HTTP beside its clients' sockets: health, metrics and the interface for operators and
 * backends. Read {@link dev.weft.server.http.HttpVerticle} first. Runs on a port of its own, so that it can be kept off
 * the network that clients come from.
 */
package dev.weft.server.http;
