/**
 * What a gateway knows about a document its clients have open: who owns it, what was sent and not yet acknowledged, what
 * was passed on, and where each session stands. Read {@link dev.weft.server.link.DocumentLink} first. Plain state
 * machines, input in, effects out; no Vert.x and no clock.
 */
package dev.weft.server.link;
