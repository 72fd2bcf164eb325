/**
 * Presence: transient, never stored, a plugin like any other. Read {@link dev.weft.server.awareness.AwarenessPlugin}
 * first. Plain state machines; must not know gateways or owners beyond the plugin contracts.
 */
package dev.weft.server.awareness;
