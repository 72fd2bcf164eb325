/**
 * What to send and when: the state machines of a client's session in both modes. Read
 * {@link dev.weft.client.sync.SessionState} first, then {@link dev.weft.client.sync.SyncState}. Plain Java: no sockets,
 * no timers, no clock, no Vert.x; time is an input and effects are the output.
 */
package dev.weft.client.sync;
