/**
 * What the owner of a document decides: plain state machines, input in, effects out. Read {@link
 * dev.weft.server.document.host.Hosted} first, then {@link dev.weft.server.document.host.HostedDocument}. No Vert.x, no
 * clock, no randomness here: time is an input, and the verticle performs the effects.
 */
package dev.weft.server.document.host;
