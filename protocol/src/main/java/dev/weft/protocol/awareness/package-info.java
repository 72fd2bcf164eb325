/**
 * Presence on the wire: who is here, and what each shows of itself (spec protocol 8). A plugin like any other; read
 * {@link dev.weft.protocol.awareness.AwarenessCodec} to see how one is written. Values and their codec only: who is told
 * what is the server's business.
 */
package dev.weft.protocol.awareness;
