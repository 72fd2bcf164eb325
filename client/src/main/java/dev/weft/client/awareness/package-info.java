/**
 * Presence, as a plugin of the client (spec protocol 8.3). Read {@link dev.weft.client.awareness.AwarenessPlugin}. Knows
 * plugins and messages, not clients.
 */
package dev.weft.client.awareness;
