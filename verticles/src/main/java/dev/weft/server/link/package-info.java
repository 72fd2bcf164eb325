/**
 * What a gateway knows about a document its clients have open: who owns it, what was sent and not yet acknowledged, what
 * was passed on, and where each session stands. Read {@link dev.weft.server.link.DocumentLink} first, then {@link
 * dev.weft.server.link.AwareLink} or {@link dev.weft.server.link.RelayLink}: they say what follows from what, and leave what
 * each part of it is about to small classes. Plain state machines, input in, effects out; no Vert.x and no clock.
 */
package dev.weft.server.link;
